package ledger

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/scannertest"
)

// funding is a manifest of fundingjson.org. HERE stands for the address of the server.
const funding = `{"version": "v1.1.0", "entity": {"name": "Ann", "email": "ann@home.example", "webpageUrl": {"url": "HERE/"}},
	"projects": [{"webpageUrl": {"url": "https://tide.example"}, "repositoryUrl": {"url": "https://github.com/coast/tide.git"}}],
	"funding": {"channels": [{"guid": "a", "type": "bank"}],
		"plans": [{"guid": "a", "status": "active", "amount": 5000, "currency": "EUR", "frequency": "yearly"}, {"status": "inactive", "amount": 9}, {"status": "Active", "amount": "x"}],
		"history": [{"year": 2025, "income": 1200.5, "expenses": 1, "currency": "EUR"}, {"year": 2019, "income": 10}]}}`

// TestAHostThatDripsIsAskedOnce has files name manifests at a host that does not end its answers.
func TestAHostThatDripsIsAskedOnce(t *testing.T) {
	asked := 0
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for asked++; r.Context().Err() == nil; time.Sleep(10 * time.Millisecond) {
			_, _ = w.Write([]byte(" "))
			w.(http.Flusher).Flush()
		}
	}))
	t.Cleanup(slow.Close)
	var named []observation.Account
	for _, path := range []string{"/a", "/b", "/c"} {
		named = append(named, observation.Account{Platform: observation.FundingManifest, Name: slow.URL + path})
	}
	source := New(Options{OpenCollective: slow.URL, Insecure: true, MaxTime: 200 * time.Millisecond})
	reply, _ := scannertest.AskOne(t, source, today, tide, scanners.Question{Found: found(evidence, named)})
	if reply.Failure == nil || reply.Failure.Cause != observation.CauseOverLimit || asked != 1 {
		t.Errorf("%+v after %d requests", reply.Failure, asked)
	}
}

// TestAManifestSpeaksForARepositoryThatItNames goes through what may stand at a pointer.
func TestAManifestSpeaksForARepositoryThatItNames(t *testing.T) {
	const owned, came, history, sought = observation.LedgerManifestOwn, observation.LedgerManifestIncome, observation.LedgerManifestHistory, observation.LedgerManifestSought
	change := func(pairs ...string) string { return strings.NewReplacer(pairs...).Replace(funding) }
	elsewhere := func(wellKnown string) string {
		return change(`{"url": "HERE/"}`, `{"url": "THERE/", "wellKnown": "`+wellKnown+`"}`)
	}
	whole := map[string]string{owned: "true", came: "true", history: "[2019: 10.00 (currency not said) 2025: 1200.50 EUR]", sought: "[5000.00 EUR, yearly]"}
	for name, c := range map[string]struct {
		text, wellKnown string
		failed          observation.Cause
		want            map[string]string
	}{
		"its own":                  {text: funding, want: whole},
		"of its owner":             {text: change("coast/tide.git", "coast"), want: whole},
		"of another repository":    {text: change("coast/tide.git", "coast/other"), want: map[string]string{owned: "false", came: "unknown: no-source"}},
		"of an account alike":      {text: change("coast/tide.git", "coas"), want: map[string]string{owned: "false", came: "unknown: no-source"}},
		"a site that lists it":     {text: elsewhere("THERE/.well-known/funding-manifest-urls"), wellKnown: "https://other.example/funding.json\nHERE/funding.json\n", want: whole},
		"a site that lists others": {text: elsewhere("THERE/.well-known/funding-manifest-urls"), wellKnown: "HERE/funding.json.bak\n", want: map[string]string{owned: "false"}},
		"a list elsewhere":         {text: elsewhere("HERE/.well-known/funding-manifest-urls"), wellKnown: "HERE/funding.json\n", want: map[string]string{owned: "false"}},
		"a site without a list":    {text: elsewhere("THERE/nothing/.well-known/funding-manifest-urls"), want: map[string]string{owned: "false"}},
		"no site":                  {text: change(`"webpageUrl": {"url": "HERE/"}`, `"x": 1`), want: map[string]string{owned: "false"}},
		"no history":               {text: change(`{"year": 2025, "income": 1200.5, "expenses": 1, "currency": "EUR"}, {"year": 2019, "income": 10}`, ""), want: map[string]string{owned: "true", came: "unknown: no-source", history: "[]"}},
		"old history":              {text: change("2025", "2015"), want: map[string]string{came: "unknown: no-source"}},
		"a year without income":    {text: change("1200.5", "0"), want: map[string]string{came: "false"}},
		"a year that is no number": {text: change("2019", `"x"`), want: map[string]string{came: "true", history: "≥ [2025: 1200.50 EUR]"}},
		"another file":             {text: `{"drips": {}}`, failed: observation.CauseBroken},
		"no JSON":                  {text: "<html>", failed: observation.CauseBroken},
		"enormous":                 {text: strings.Repeat(" ", maxManifest) + funding, failed: observation.CauseUnreachable},
		"not there":                {failed: observation.CauseNotFound},
	} {
		t.Run(name, func(t *testing.T) {
			p := newPlatform(t)
			there := strings.Replace(p.URL, "127.0.0.1", "localhost", 1)
			fill := strings.NewReplacer("HERE", p.URL, "THERE", there)
			if c.text != "" {
				p.texts["/funding.json"] = strings.ReplaceAll(strings.ReplaceAll(c.text, "THERE", there), "HERE", p.URL)
			}
			if c.wellKnown != "" {
				p.texts["/.well-known/funding-manifest-urls"] = fill.Replace(c.wellKnown)
			}
			tr := &trial{t: t, p: p, now: today}
			reply := tr.ask(evidence, []observation.Account{{Platform: observation.FundingManifest, Name: p.URL + "/funding.json"}})
			tr.want(reply, c.failed, c.want, "Ann", "home.example", "funding.json\"")
		})
	}
}

func TestAnAddressThatCannotBeAskedIsNotAsked(t *testing.T) {
	p := newPlatform(t)
	tr := &trial{t: t, p: p, now: today}
	for _, address := range []string{"ftp://a.example/funding.json", "file:///etc/passwd", "https://ann:secret@a.example/funding.json", "//x", "https://" + strings.Repeat("a", 2000)} {
		reply := tr.ask(evidence, []observation.Account{{Platform: observation.FundingManifest, Name: address}})
		if reply.Failure == nil || reply.Failure.Cause != observation.CauseBadURL || strings.Contains(reply.Failure.Message, "secret") {
			t.Errorf("%s: %+v", address, reply)
		}
	}
	if len(p.paths) != 0 {
		t.Errorf("asked %q", p.paths)
	}
}

func TestPagesOfForgesAreReadAsTheFilesThatTheyShow(t *testing.T) {
	for page, want := range map[string]string{
		"https://github.com/coast/tide/blob/main/a/funding.json":         "https://raw.githubusercontent.com/coast/tide/main/a/funding.json",
		"https://gitlab.com/coast/tide/-/blob/main/funding.json":         "https://gitlab.com/coast/tide/-/raw/main/funding.json",
		"https://codeberg.org/coast/tide/src/branch/main/funding.json":   "https://codeberg.org/coast/tide/raw/branch/main/funding.json",
		"https://tide.example/funding.json":                              "https://tide.example/funding.json",
		"https://raw.githubusercontent.com/coast/tide/main/funding.json": "https://raw.githubusercontent.com/coast/tide/main/funding.json",
	} {
		u, err := url.Parse(page)
		if err != nil {
			t.Fatal(err)
		}
		if got := rawAddress(u).String(); got != want {
			t.Errorf("%s is read at %s, want %s", page, got, want)
		}
	}
}

func FuzzManifest(f *testing.F) {
	for _, seed := range []string{funding, `{"funding":{"history":[{"year":1e9,"income":-1},[]],"plans":[null]}}`, `{"projects":[{"repositoryUrl":{"url":"://"}}],"funding":{}}`, `[]`} {
		f.Add([]byte(seed))
	}
	repository, _, err := catalog.ParseRepository(tide, catalog.Declared)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var d manifestDocument
		if json.Unmarshal(data, &d) != nil || d.Funding == nil {
			return
		}
		d.names(repository)
		years, _ := d.Funding.history()
		for _, year := range years {
			if year.Value < 0 || year.Year < 1970 || year.Currency != "" && !currency().MatchString(year.Currency) {
				t.Errorf("%+v", year)
			}
		}
		for _, p := range d.Funding.plans() {
			if p.Value < 0 {
				t.Errorf("%+v", p)
			}
		}
	})
}
