// follow.go - print an organization's events as they come, one a line.
//
// Usage: follow URL KEY_FILE CURSOR_FILE
//
// URL is that of /v1/events.  CURSOR_FILE is made, and keeps the place:
// started again, it goes on there.  Build it with: go build follow.go
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

type page struct {
	Events []json.RawMessage
	Links  struct{ Next struct{ Href string } } `json:"_links"`
}

var client = http.Client{Timeout: 90 * time.Second}

// get asks for one page.  A pause is how long to wait before asking again.
func get(url, key string) (got page, pause time.Duration, why error) {
	request, err := http.NewRequest("GET", url, nil)
	if err != nil {
		log.Fatal(err)
	}
	request.Header.Set("X-API-KEY", key)
	answer, err := client.Do(request)
	if err != nil {
		return got, 5 * time.Second, err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	switch {
	case err != nil:
		return got, 5 * time.Second, err
	case answer.StatusCode == 429 || answer.StatusCode >= 500:
		seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
		if err != nil {
			seconds = 5
		}
		return got, time.Duration(seconds) * time.Second,
			fmt.Errorf("%s", answer.Status)
	case answer.StatusCode != 200:
		log.Fatalf("%s", body)
	}
	if gap := answer.Header.Get("Apitrail-Gap"); gap != "" {
		log.Printf("events before %s are gone", gap)
	}
	return got, 5 * time.Second, json.Unmarshal(body, &got)
}

// pass keeps the place behind an event; the file is whole at any moment.
func pass(event json.RawMessage, file string) (cursor string) {
	var place struct {
		StoredAt int64 `json:"stored_at"`
		ID       string
	}
	err := json.Unmarshal(event, &place)
	if err == nil {
		cursor = fmt.Sprintf("startAfter=%d&startAfterId=%s",
			place.StoredAt, place.ID)
		err = os.WriteFile(file+".new", []byte(cursor), 0o666)
	}
	if err == nil {
		err = os.Rename(file+".new", file)
	}
	if err != nil {
		log.Fatal(err)
	}
	return cursor
}

func main() {
	log.SetPrefix("follow: ")
	if len(os.Args) != 4 {
		log.Fatal("usage: follow URL KEY_FILE CURSOR_FILE")
	}
	key, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	kept, _ := os.ReadFile(os.Args[3]) // None yet: from the window's start.
	cursor, next := string(kept), ""
	for {
		target := next
		if target == "" {
			target = os.Args[1] + "?wait=30"
			if cursor != "" {
				target += "&" + cursor
			}
		}
		got, pause, why := get(target, strings.TrimSpace(string(key)))
		if why != nil {
			log.Printf("%v, again in %v", why, pause)
			time.Sleep(pause)
			continue
		}
		for _, event := range got.Events {
			fmt.Println(string(event))
		}
		if count := len(got.Events); count > 0 {
			cursor = pass(got.Events[count-1], os.Args[3])
		}
		next = got.Links.Next.Href
	}
}
