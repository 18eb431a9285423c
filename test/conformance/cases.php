<?php
// What the drivers of foreign clients share: loading their classes, the doubles' addresses, and counting what holds.

function from(string $variable): string
{
    return getenv($variable) ?: throw new Exception("$variable is not set");
}

/** Classes of one namespace below a folder; `$changed` may put another text in place of a file's own. */
function load_classes(string $namespace, string $folder, ?callable $changed = null): void
{
    spl_autoload_register(function (string $class) use ($namespace, $folder, $changed): void {
        if (!str_starts_with($class, $namespace)) {
            return;
        }
        $file = $folder . '/' . str_replace('\\', '/', substr($class, strlen($namespace))) . '.php';
        if (!is_file($file)) {
            return;
        }
        $text = $changed === null ? null : $changed($class, file_get_contents($file));
        if ($text === null) {
            require $file;
        } else {
            eval(substr($text, strlen('<?php')));
        }
    });
}

/** The customer, and whoever else is no client. */
function hand(string $path): mixed
{
    return json_decode(file_get_contents(from('HAND') . $path), true);
}

/** Whatever was posted to the shop so far: path and body. */
function heard(): array
{
    return json_decode(file_get_contents(from('HAND') . '/heard'), true);
}

function must(bool $holds, string $otherwise = 'it is not so'): void
{
    if (!$holds) {
        throw new Exception($otherwise);
    }
}

/** One line of JSON for each case: what was tried, and what stands against it. */
function tell(array $cases): void
{
    foreach ($cases as $name => $case) {
        $against = null;
        hand('/about?id=' . rawurlencode($name));
        try {
            $case();
        } catch (Throwable $thrown) {
            $against = get_class($thrown) . ': ' . substr(str_replace("\n", ' ', $thrown->getMessage()), 0, 300);
        }
        echo json_encode(['name' => $name, 'against' => $against]), "\n";
    }
}
