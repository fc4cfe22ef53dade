<?php
// sqlite.php - pages of events from SQLite, by PHP-FPM.  STORE names the file.
declare(strict_types=1);

const LIMIT_DEFAULT = 100;
const LIMIT_MAX = 1000;
const WINDOW_MS = 24 * 60 * 60 * 1000;
const MAPPED_BYTES = 4 << 30;

function problem(int $status, string $title): never
{
	http_response_code($status);
	header('Content-Type: application/json');
	exit(json_encode(['title' => $title, 'status' => $status]));
}

// A whole number of at least $least, or null if there is none.
function number(string $name, int $least): ?int
{
	$text = $_GET[$name] ?? null;
	if ($text === null)
		return null;
	if (!is_string($text) || !preg_match('/^[0-9]{1,18}$/', $text) ||
	    (int)$text < $least)
		problem(400, 'Bad Request');
	return (int)$text;
}

function open_store(): PDO
{
	$store = new PDO('sqlite:' . $_SERVER['STORE'], null, null, [
		PDO::ATTR_PERSISTENT => true,
		PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
	]);
	$store->exec('PRAGMA mmap_size = ' . MAPPED_BYTES);
	return $store;
}

function organization_of(PDO $store, string $key): int
{
	$found = $store->prepare(
	    'SELECT organization FROM keys WHERE digest = ?');
	$found->execute([hash('sha256', $key)]);
	$organization = $found->fetchColumn();
	if ($organization === false)
		problem(401, 'Unauthorized');
	return $organization;
}

$limit = number('limit', 1);
$stamp = number('startAfter', 0);
$id = $_GET['startAfterId'] ?? null;
if ($id !== null && (!is_string($id) ||
    !preg_match('/^[A-Za-z0-9_-]{21}$/', $id)))
	problem(400, 'Bad Request');

$store = open_store();
$organization = organization_of($store, $_SERVER['HTTP_X_API_KEY'] ?? '');

$given = $limit === null ? '' : "limit=$limit&";
$asked = rtrim($given, '&');
$oldest = (int)(microtime(true) * 1000) - WINDOW_MS;
$after = [$oldest, ''];
if ($stamp !== null && $id !== null) {
	$asked = "{$given}startAfter=$stamp&startAfterId=$id";
	if ($stamp >= $oldest)
		$after = [$stamp, $id];
}

$count = min($limit ?? LIMIT_DEFAULT, LIMIT_MAX);
$page = $store->prepare('SELECT json, stored_at, id FROM events ' .
    'WHERE organization = ? AND (stored_at, id) > (?, ?) ' .
    'ORDER BY stored_at, id LIMIT ?');
$page->execute([$organization, ...$after, $count + 1]);
$rows = $page->fetchAll(PDO::FETCH_NUM);

$base = "http://{$_SERVER['SERVER_NAME']}:{$_SERVER['SERVER_PORT']}/v1/events";
$self = $asked === '' ? $base : "$base?$asked";
$links = "\"self\":{\"href\":\"$self\"}";
if (count($rows) > $count) {
	array_pop($rows);
	[, $stamp, $id] = end($rows);
	$next = "$base?{$given}startAfter=$stamp&startAfterId=$id";
	$links .= ",\"next\":{\"href\":\"$next\"}";
	header("Link: <$next>; rel=\"next\"");
}
$body = '{"events":[' . implode(',', array_column($rows, 0)) .
    "],\"_links\":{{$links}}}";

header_remove('X-Powered-By');
header('Content-Type: application/json');
header('Cache-Control: private, no-store');
header('Vary: X-API-KEY, Accept');
header('X-Content-Type-Options: nosniff');
header('X-Request-Id: ' . bin2hex(random_bytes(10)));
header('Content-Length: ' . strlen($body));
echo $body;
