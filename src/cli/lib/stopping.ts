/** Waits for Ctrl-C or the host's wish to stop. */
export const untilToldToStop = (): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    const stop = (signal: NodeJS.Signals) => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      // Whoever presses again does not want to wait for what is under way.
      for (const again of ["SIGINT", "SIGTERM"] as const) process.once(again, () => process.exit(130));
      resolve(signal);
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
