// bolt.go - pages of events from bbolt, by net/http.
//
//	bolt load STORE DIGEST <ROWS
//	bolt serve STORE PORT
//
// Rows are lines of stored_at, id and the event's JSON, with tabs between.
// The digest, SHA-256 of a key in hexadecimal, belongs to organization 1.
package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"math/rand"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"go.etcd.io/bbolt"
)

const (
	organization = 1
	batchRows    = 50_000
	limitDefault = 100
	limitMax     = 1000
	window       = 24 * time.Hour
	idLen        = 21
	prefixLen    = 4 // of a key in events: its organization
	stampLen     = 8 // behind that: stored_at
	rowBytesMax  = 1 << 20
)

var (
	eventsName = []byte("events")
	keysName   = []byte("keys")
	comma      = []byte(",")
)

type server struct {
	db      *bbolt.DB
	buffers sync.Pool
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("usage: bolt load STORE DIGEST | bolt serve STORE PORT")
	}
	isServing := os.Args[1] == "serve"
	db, err := bbolt.Open(os.Args[2], 0o600,
		&bbolt.Options{ReadOnly: isServing, NoFreelistSync: true,
			FreelistType: bbolt.FreelistMapType})
	if err == nil && isServing {
		err = serve(db, os.Args[3])
	} else if err == nil {
		err = load(db, os.Args[3], os.Stdin)
	}
	if err != nil {
		log.Fatal(err)
	}
}

func load(db *bbolt.DB, hexDigest string, rows io.Reader) error {
	digest, err := hex.DecodeString(hexDigest)
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		keys, err := tx.CreateBucketIfNotExists(keysName)
		if err != nil {
			return err
		}
		if _, err = tx.CreateBucketIfNotExists(eventsName); err != nil {
			return err
		}
		return keys.Put(digest,
			binary.BigEndian.AppendUint32(nil, organization))
	})
	lines := bufio.NewScanner(rows)
	lines.Buffer(make([]byte, rowBytesMax), rowBytesMax)
	for more := true; err == nil && more; {
		err = db.Update(func(tx *bbolt.Tx) error {
			more, err = loadBatch(tx.Bucket(eventsName), lines)
			return err
		})
	}
	if err == nil {
		err = db.Close()
	}
	return err
}

// loadBatch tells whether there may be more.
func loadBatch(events *bbolt.Bucket, lines *bufio.Scanner) (bool, error) {
	// They come in order, so no page is filled again.
	events.FillPercent = 1
	for i := 0; i < batchRows; i++ {
		if !lines.Scan() {
			return false, lines.Err()
		}
		row := bytes.SplitN(lines.Bytes(), []byte("\t"), 3)
		stamp, err := strconv.ParseInt(string(row[0]), 10, 64)
		if err != nil {
			return false, err
		}
		key := binary.BigEndian.AppendUint32(nil, organization)
		key = appendPlace(key, stamp, string(row[1]))
		// The store keeps it until the commit, the scanner does not.
		if err = events.Put(key, append([]byte(nil), row[2]...)); err != nil {
			return false, err
		}
	}
	return true, nil
}

func appendPlace(key []byte, stamp int64, id string) []byte {
	return append(binary.BigEndian.AppendUint64(key, uint64(stamp)), id...)
}

func serve(db *bbolt.DB, port string) error {
	s := &server{db: db}
	s.buffers.New = func() any { return new(bytes.Buffer) }
	mux := http.NewServeMux()
	mux.HandleFunc("/v1/events", s.events)
	return http.ListenAndServe("127.0.0.1:"+port, mux)
}

// query is what a client asked for.
type query struct {
	limit                 int
	stamp                 int64
	given, id, stampAndID string
}

func (s *server) events(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", "GET")
		problem(w, http.StatusMethodNotAllowed)
		return
	}
	q, ok := readQuery(r)
	if !ok {
		problem(w, http.StatusBadRequest)
		return
	}
	body := s.buffers.Get().(*bytes.Buffer)
	defer s.buffers.Put(body)
	body.Reset()
	digest := sha256.Sum256([]byte(r.Header.Get("X-API-KEY")))
	isKnown := false
	var last []byte
	err := s.db.View(func(tx *bbolt.Tx) error {
		owner := tx.Bucket(keysName).Get(digest[:])
		if isKnown = owner != nil; isKnown {
			last = writeEvents(body, tx, owner, q)
		}
		return nil
	})
	if err != nil {
		problem(w, http.StatusServiceUnavailable)
	} else if !isKnown {
		problem(w, http.StatusUnauthorized)
	} else {
		finish(w, r, body, q, last)
	}
}

func readQuery(r *http.Request) (query, bool) {
	given := r.URL.Query()
	q := query{limit: limitDefault}
	var err error
	if text := given.Get("limit"); text != "" {
		if q.limit, err = strconv.Atoi(text); err != nil || q.limit < 1 {
			return q, false
		}
		q.given = "limit=" + text + "&"
		if q.limit > limitMax {
			q.limit = limitMax
		}
	}
	stamp, id := given.Get("startAfter"), given.Get("startAfterId")
	if stamp != "" && id != "" {
		q.stamp, err = strconv.ParseInt(stamp, 10, 64)
		if err != nil || q.stamp < 0 || len(id) != idLen {
			return q, false
		}
		q.id = id
		q.stampAndID = "startAfter=" + stamp + "&startAfterId=" + id
	}
	return q, true
}

// writeEvents returns the place of the last one if there are more.
func writeEvents(body *bytes.Buffer, tx *bbolt.Tx, owner []byte,
	q query) []byte {
	body.WriteString(`{"events":[`)
	stamp, id := q.stamp, q.id
	if oldest := time.Now().Add(-window).UnixMilli(); stamp < oldest {
		stamp, id = oldest, ""
	}
	start := make([]byte, 0, prefixLen+stampLen+idLen)
	start = appendPlace(append(start, owner...), stamp, id)
	cursor := tx.Bucket(eventsName).Cursor()
	key, event := cursor.Seek(start)
	if bytes.Equal(key, start) {
		key, event = cursor.Next()
	}
	var last []byte
	for count := 0; bytes.HasPrefix(key, owner); count++ {
		if count == q.limit {
			// It lies in the store, which is about to be left.
			return append([]byte(nil), last...)
		}
		if count > 0 {
			body.Write(comma)
		}
		body.Write(event)
		last = key
		key, event = cursor.Next()
	}
	return nil
}

// finish writes the links, and sends all of it.
func finish(w http.ResponseWriter, r *http.Request, body *bytes.Buffer,
	q query, last []byte) {
	base := "http://" + r.Host + "/v1/events"
	self := base
	if given := q.given + q.stampAndID; given != "" {
		if q.stampAndID == "" {
			given = given[:len(given)-1]
		}
		self += "?" + given
	}
	body.WriteString(`],"_links":{"self":{"href":"`)
	body.WriteString(self)
	header := w.Header()
	if last != nil {
		stamp := binary.BigEndian.Uint64(last[prefixLen:])
		next := base + "?" + q.given + "startAfter=" +
			strconv.FormatUint(stamp, 10) + "&startAfterId=" +
			string(last[prefixLen+stampLen:])
		body.WriteString(`"},"next":{"href":"`)
		body.WriteString(next)
		header.Set("Link", "<"+next+`>; rel="next"`)
	}
	body.WriteString(`"}}}`)
	header.Set("Cache-Control", "private, no-store")
	header.Set("Vary", "X-API-KEY, Accept")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("X-Request-Id", strconv.FormatUint(rand.Uint64(), 36))
	header.Set("Content-Length", strconv.Itoa(body.Len()))
	// A client that has left needs no answer.
	_, _ = w.Write(body.Bytes())
}

func problem(w http.ResponseWriter, status int) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"title":%q,"status":%d}`, http.StatusText(status), status)
}
