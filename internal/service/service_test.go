package service

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/fetch"
	"github.com/midspan/midspan/internal/observation"
)

func newService(t *testing.T, answer http.HandlerFunc) (*Service, string) {
	server := httptest.NewServer(answer)
	t.Cleanup(server.Close)
	return &Service{Name: "service.example", Now: time.Now, MaxWait: 100 * time.Millisecond, HTTP: fetch.Client(fetch.Options{AllowPrivate: true, UserAgent: "midspan/test",
		Handled: []int{429, 502, 504}, Retry: fetch.RetryPolicy{MaxAttempts: 1, FailureThreshold: 5, IdleTimeout: time.Second}})}, server.URL
}

// TestWhyThereIsNoAnswerIsSaidWithItsCause goes through what a service may do.
func TestWhyThereIsNoAnswerIsSaidWithItsCause(t *testing.T) {
	for name, c := range map[string]struct {
		status  int
		headers map[string]string
		body    string
		want    observation.Cause
		blocks  bool
	}{
		"not found":          {404, nil, "", observation.CauseNotFound, false},
		"refused":            {403, nil, "", observation.CauseUnreachable, false},
		"asks who it is":     {401, nil, "", observation.CauseUnreachable, true},
		"down":               {500, nil, "", observation.CauseUnreachable, true},
		"too slow":           {504, nil, "", observation.CauseUnreachable, false},
		"a limit for long":   {429, map[string]string{"Retry-After": "3600"}, "", observation.CauseOverLimit, true},
		"a limit by 403":     {403, map[string]string{"Retry-After": "3600"}, "", observation.CauseOverLimit, true},
		"a limit, and again": {429, map[string]string{"Retry-After": "0"}, "", observation.CauseOverLimit, true},
		"no JSON":            {200, nil, "<html>", observation.CauseBroken, false},
		"another type":       {200, nil, `[1]`, observation.CauseBroken, false},
		"enormous":           {200, nil, `"` + strings.Repeat("x", maxAnswer) + `"`, observation.CauseUnreachable, false},
	} {
		t.Run(name, func(t *testing.T) {
			s, address := newService(t, func(w http.ResponseWriter, _ *http.Request) {
				for header, value := range c.headers {
					w.Header().Set(header, value)
				}
				w.WriteHeader(c.status)
				fmt.Fprint(w, c.body)
			})
			var got struct{}
			err := s.Get(t.Context(), address, &got)
			if err == nil {
				t.Fatal("there is an answer")
			}
			if note := s.Failure(err); note.Cause != c.want || note.Message == "" || strings.Contains(note.Message, "127.0.0.1") {
				t.Errorf("got %+v, want %s", note, c.want)
			}
			if Blocks(err) != c.blocks {
				t.Errorf("asking for something else is useless: %v, want %v", Blocks(err), c.blocks)
			}
		})
	}
}

func TestAnAnswerThatDripsEndsInTime(t *testing.T) {
	s, address := newService(t, func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			fmt.Fprint(w, " ")
			w.(http.Flusher).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	})
	s.MaxTime = 200 * time.Millisecond
	err := s.Get(t.Context(), address, new(any))
	if note := s.Failure(err); note.Cause != observation.CauseOverLimit || note.Message != "service.example: what was asked did not come within 200ms" || !Blocks(err) {
		t.Errorf("got %+v", note)
	}
}

func TestALimitThatEndsSoonIsWaitedForAndALongOneIsNotAskedAgain(t *testing.T) {
	asked, wait := 0, "0"
	s, address := newService(t, func(w http.ResponseWriter, r *http.Request) {
		if asked++; asked%2 == 1 || wait != "0" {
			w.Header().Set("Retry-After", wait)
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		if r.Header.Get("User-Agent") != "midspan/test" || r.Header.Get("X-Token") != "one" {
			t.Errorf("sent %v", r.Header)
		}
		fmt.Fprint(w, `{"n": 1}`)
	})
	s.Header = http.Header{"X-Token": {"one"}}
	var got struct{ N int }
	if err := s.Post(t.Context(), address, map[string]int{"a": 1}, &got); err != nil || got.N != 1 || asked != 2 {
		t.Fatalf("got %+v after %d requests, %v", got, asked, err)
	}
	wait = "600"
	for range 2 {
		if err := s.Get(t.Context(), address, &got); err == nil || s.Failure(err).Cause != observation.CauseOverLimit {
			t.Errorf("got %v", err)
		}
	}
	if asked != 3 || s.Calls() != 3 {
		t.Errorf("%d requests, counted %d: the limit was met after the third", asked, s.Calls())
	}
}

func TestOfflineNothingIsSent(t *testing.T) {
	s, address := newService(t, func(http.ResponseWriter, *http.Request) { t.Error("a connection was opened") })
	s.HTTP = fetch.Client(fetch.Options{Offline: true})
	_, err := s.Text(t.Context(), address)
	if note := s.Failure(err); note.Cause != observation.CauseOffline {
		t.Errorf("got %+v", note)
	}
}

func TestWhatIsTooMuchAtOnceIsAskedInHalves(t *testing.T) {
	var told []int
	ask := func(some []int) error {
		if len(some) > 2 || slices.Contains(some, 7) {
			return ErrTooMuch
		}
		told = append(told, some...)
		return nil
	}
	if err := Batch([]int{1, 2, 3, 4, 5}, ask); err != nil || !slices.Equal(told, []int{1, 2, 3, 4, 5}) {
		t.Errorf("told %v, %v", told, err)
	}
	if err := Batch([]int{6, 7}, ask); !errors.Is(err, ErrTooMuch) {
		t.Errorf("one alone is too much, and got %v", err)
	}
}

func TestAfterAnErrorThatBlocksTheRestIsNotAsked(t *testing.T) {
	for status, want := range map[int]string{http.StatusInternalServerError: "asked [1 2] [3 4], failed [3 4] [5]", http.StatusForbidden: "asked [1 2] [3 4] [5], failed [3 4]"} {
		var asked, failed []string
		err := AskAll(t.Context(), &Service{Name: "service.example"}, []int{1, 2, 3, 4, 5}, 2, func(some []int) error {
			asked = append(asked, fmt.Sprint(some))
			if some[0] == 3 {
				return &StatusError{status}
			}
			return nil
		}, func(some []int, why observation.Note) {
			if why.Cause != observation.CauseUnreachable || why.Message == "" {
				t.Errorf("got %+v", why)
			}
			failed = append(failed, fmt.Sprint(some))
		})
		if got := "asked " + strings.Join(asked, " ") + ", failed " + strings.Join(failed, " "); err != nil || got != want {
			t.Errorf("%d: %s, %v, want %s", status, got, err, want)
		}
	}
}

// TestALimitWithItsEndInAHeaderIsMetUntilThen answers as Software Heritage does.
func TestALimitWithItsEndInAHeaderIsMetUntilThen(t *testing.T) {
	asked := 0
	s, address := newService(t, func(w http.ResponseWriter, _ *http.Request) {
		asked++
		date := time.Date(2026, 6, 30, 12, 0, 0, 0, time.UTC)
		w.Header().Set("Date", date.Format(http.TimeFormat))
		w.Header().Set("X-RateLimit-Reset", fmt.Sprint(date.Add(time.Hour).Unix()))
		w.WriteHeader(http.StatusTooManyRequests)
	})
	before := s.Now()
	err := s.Get(t.Context(), address, new(any))
	limit, is := errors.AsType[*LimitError](err)
	if !is || limit.Until.Before(before.Add(time.Hour)) || asked != 1 {
		t.Errorf("got %v after %d requests", err, asked)
	}
}
