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
	"strings"
	"time"
)

func must(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func main() {
	url, keyFile, cursorFile := os.Args[1], os.Args[2], os.Args[3]
	key, err := os.ReadFile(keyFile)
	must(err)
	cursor, _ := os.ReadFile(cursorFile) // None yet: from the window's start.
	client := http.Client{Timeout: 90 * time.Second}
	for {
		request, err := http.NewRequest("GET", url+"?wait=30&"+string(cursor), nil)
		must(err)
		request.Header.Set("X-API-KEY", strings.TrimSpace(string(key)))
		var body []byte
		answer, err := client.Do(request)
		if err == nil {
			body, err = io.ReadAll(answer.Body)
			answer.Body.Close()
		}
		if err != nil {
			answer = &http.Response{Status: err.Error()}
		}
		if code := answer.StatusCode; code >= 400 && code < 500 && code != 429 {
			log.Fatal(string(body))
		} else if code != 200 {
			pause, err := time.ParseDuration(answer.Header.Get("Retry-After") + "s")
			if err != nil {
				pause = 5 * time.Second
			}
			log.Printf("%s, again in %v", answer.Status, pause)
			time.Sleep(pause)
			continue
		}
		if gap := answer.Header.Get("Apitrail-Gap"); gap != "" {
			log.Printf("events before %s are gone", gap)
		}
		var page struct{ Events []json.RawMessage }
		must(json.Unmarshal(body, &page))
		for _, event := range page.Events {
			fmt.Println(string(event))
		}
		if count := len(page.Events); count > 0 {
			var last struct {
				StoredAt int64 `json:"stored_at"`
				ID       string
			}
			must(json.Unmarshal(page.Events[count-1], &last))
			// Only what was printed is passed; the file is whole at any moment.
			cursor = []byte(fmt.Sprintf("startAfter=%d&startAfterId=%s", last.StoredAt, last.ID))
			must(os.WriteFile(cursorFile+".new", cursor, 0o666))
			must(os.Rename(cursorFile+".new", cursorFile))
		}
	}
}
