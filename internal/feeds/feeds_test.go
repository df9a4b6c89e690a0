package feeds_test

import (
	"bytes"
	"compress/gzip"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/endoflife"
	"github.com/midspan/midspan/internal/epss"
	"github.com/midspan/midspan/internal/feeds"
)

var now = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func packed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	return b.Bytes()
}

func TestFeedsAreFetchedOnConditionAndADamagedOneKeepsTheCopy(t *testing.T) {
	files := map[string][]byte{
		"/endoflife.json":             []byte(`{"generated_at": "2026-11-29T00:00:00Z", "result": [{"name": "python", "releases": [{"name": "3.8", "eolFrom": "2024-10-07"}]}]}`),
		"/epss_scores-current.csv.gz": packed(t, "#model_version:v1,score_date:2026-11-29T00:00:00+0000\ncve,epss,percentile\nCVE-2024-1,0.5,0.9\n"),
	}
	sent, conditional := 0, 0
	listening := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Last-Modified", "Sun, 29 Nov 2026 00:00:00 GMT")
		if r.Header.Get("If-Modified-Since") == w.Header().Get("Last-Modified") {
			conditional++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		sent++
		_, _ = w.Write(data)
	}))
	defer listening.Close()
	dir := t.TempDir()
	for range 2 {
		if err := feeds.Update(t.Context(), listening.URL, dir, http.DefaultClient, now); err != nil {
			t.Fatal(err)
		}
	}
	if sent != 2 || conditional != 2 {
		t.Errorf("%d sent, %d unchanged", sent, conditional)
	}
	ends, err := endoflife.Read(filepath.Join(dir, endoflife.FileName))
	scores, err2 := epss.Read(filepath.Join(dir, epss.FileName))
	if err != nil || err2 != nil || ends.Day.Format(time.DateOnly) != "2026-11-29" || scores.Len() != 1 || len(feeds.Failures(dir)) != 0 {
		t.Errorf("%v, %v, %v", err, err2, feeds.Failures(dir))
	}
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "json") {
			_, _ = w.Write([]byte("<!DOCTYPE html>"))
			return
		}
		http.NotFound(w, r)
	}))
	defer other.Close()
	if err := feeds.Update(t.Context(), other.URL, dir, http.DefaultClient, now); err != nil {
		t.Fatal(err)
	}
	// One is damaged, and the other is there no longer: the copies of both stay.
	if notes := feeds.Failures(dir); len(notes) != 2 || notes[0].Subject != endoflife.FileName || notes[1].Subject != epss.FileName {
		t.Errorf("notes %v", notes)
	}
	if _, err := endoflife.Read(filepath.Join(dir, endoflife.FileName)); err != nil {
		t.Error(err)
	}
	folder := t.TempDir()
	if err := os.WriteFile(filepath.Join(folder, endoflife.FileName), files["/endoflife.json"], 0o600); err != nil {
		t.Fatal(err)
	}
	if err := feeds.Update(t.Context(), folder, filepath.Join(t.TempDir(), "new"), http.DefaultClient, now); err != nil {
		t.Errorf("a folder that has one of them: %v", err)
	}
}
