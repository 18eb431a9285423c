<?php
// Requests and answers of the older flows against the bank's own XSD. XSD is its folder, RECORDED one of messages.
require __DIR__ . '/cases.php';

libxml_use_internal_errors(true);
$cases = [];
foreach (glob(from('RECORDED') . '/*.xml') as $file) {
    [, $service] = explode('.', basename($file));
    $document = new DOMDocument();
    $document->loadXML(file_get_contents($file));
    $body = $document->getElementsByTagNameNS('http://schemas.xmlsoap.org/soap/envelope/', 'Body')->item(0);
    $content = null;
    foreach ($body->childNodes as $node) {
        $content = $node instanceof DOMElement ? $node : $content;
    }
    if ($content->localName === 'Fault') {
        continue;
    }
    $flow = $service === 'shop' ? 'SimplifiedShopFlow' : 'AfterShopFlow';
    $cases[basename($file, '.xml') . ' ' . $content->localName] = function () use ($content, $service, $flow): void {
        $alone = new DOMDocument();
        $alone->appendChild($alone->importNode($content, true));
        $holds = $alone->schemaValidate(from('XSD') . "/$service/{$flow}ServiceMessages.xsd");
        $why = $holds ? '' : trim(libxml_get_errors()[0]->message);
        libxml_clear_errors();
        must($holds, $why);
    };
}
tell($cases);
