/** What a browser shows whoever may not come in. Without the layout, whose style and links ask for the same sign-in. */
import type { FC } from "hono/jsx";

export const TurnedAwayPage: FC<{ says: string }> = ({ says }) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <title>Order status</title>
    </head>
    <body>
      <main>
        <h1>Order status</h1>
        <p>{says}</p>
      </main>
    </body>
  </html>
);
