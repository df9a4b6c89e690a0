package epss

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

const head = "#model_version:v2025.03.14,score_date:2026-11-29T12:55:00Z\ncve,epss,percentile\n"

func write(t *testing.T, text string) string {
	t.Helper()
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	_, _ = w.Write([]byte(text))
	_ = w.Close()
	path := filepath.Join(t.TempDir(), FileName)
	if err := os.WriteFile(path, packed.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestScoresHaveADayAndUnknownOnesHaveNone(t *testing.T) {
	d, err := Read(write(t, head+"CVE-2024-2,0.97530,0.99900\nCVE-1999-0001,0.00042,0.1\nCVE-2024-123456,1,1\n"))
	if err != nil || d.Len() != 3 || !d.Day.Equal(time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)) {
		t.Fatalf("got %+v, %v", d, err)
	}
	if score, ok := d.Score("CVE-2024-2"); !ok || score < 0.975 || score > 0.976 {
		t.Errorf("got %v, %v", score, ok)
	}
	for _, none := range []string{"CVE-2024-3", "GHSA-x", "", "CVE-2024-99999999999999999999"} {
		if score, ok := d.Score(none); ok {
			t.Errorf("%q has the score %v", none, score)
		}
	}
}

func TestWhatIsNoFileOfScoresIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no day": "cve,epss,percentile\nCVE-2024-2,0.1,0.1\n", "other columns": "#score_date:2026-11-29T\nid,score\n1,2\n", "no scores": head,
		"no probability": head + "CVE-2024-2,1.5,0.1\n", "not a number": head + "CVE-2024-2,NaN,0.1\n", "no CVE": head + "X,0.1,0.1\n", "a page": "<!DOCTYPE html>\n",
	} {
		if d, err := Read(write(t, text)); err == nil {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(head + "CVE-2024-2,0.97530,0.99900\n")
	f.Add(head + "\"CVE-2024-2\",1e-40,\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := parse(strings.NewReader(text))
		if err == nil && (d.Len() == 0 || d.Day.IsZero()) {
			t.Errorf("scores without a day: %+v", d)
		}
		for _, s := range d.scores {
			if !(s >= 0 && s <= 1) {
				t.Errorf("%v is no probability", s)
			}
		}
	})
}

func TestFindingsCarryTheHighestScoreOfTheirDay(t *testing.T) {
	path := write(t, head+"CVE-2024-2,0.97530,0.9\nCVE-2024-3,0.00042,0.1\n")
	folder, day := filepath.Dir(path), time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	findings := []observation.Finding{{Advisory: "GHSA-a", Aliases: []string{"CVE-2024-3", "CVE-2024-2"}}, {Advisory: "CVE-2024-3"}, {Advisory: "GHSA-b"}}
	got := AtHand(folder, day).Apply(findings)
	for i, want := range []*observation.Likelihood{{Probability: 0.9753, Day: "2026-11-29"}, {Probability: 0.00042, Day: "2026-11-29"}, nil} {
		if (got[i].EPSS == nil) != (want == nil) || want != nil && *got[i].EPSS != *want {
			t.Errorf("%s: %+v, want %+v", got[i].Advisory, got[i].EPSS, want)
		}
	}
	if findings[0].EPSS != nil {
		t.Error("the findings that were given were changed")
	}
	for name, none := range map[string]Data{"of a later day": AtHand(folder, day.Add(-time.Second)), "no file": AtHand(t.TempDir(), day)} {
		if none.Len() != 0 || none.Apply(findings)[0].EPSS != nil {
			t.Errorf("%s: there are scores", name)
		}
	}
}
