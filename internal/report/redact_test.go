package report

import (
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/assess"
	"github.com/midspan/midspan/internal/observation"
)

func TestPathsOfTheMachineAreCutAndAddressesAreNot(t *testing.T) {
	for text, want := range map[string]string{
		"no mirror at /data/mirrors/a+b/repo, and offline": "no mirror at …/repo, and offline",
		"/home/someone/catalog":                            "…/catalog",
		`open "/srv/osv/npm/all.zip": no such file`:        `open "…/all.zip": no such file`,
		`C:\Users\someone\urls.csv`:                        "…/urls.csv",
		"clone https://forge.example/a/b: no commits":      "clone https://forge.example/a/b: no commits",
		"src/main/pom.xml does not parse":                  "src/main/pom.xml does not parse",
		"a range and/or a version, 3 / 4":                  "a range and/or a version, 3 / 4",
	} {
		got := redactPaths(text)
		if got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
		if again := redactPaths(got); again != got {
			t.Errorf("%q becomes %q when it is cut again", got, again)
		}
	}
}

func TestNoFileOfAReportHoldsAPathOfTheMachine(t *testing.T) {
	const secret = "/home/someone/keeps/it-here"
	note := observation.Note{Cause: observation.CauseNotFound, Subject: secret, Message: "no mirror at " + secret + ": give one"}
	doc := everyState()
	doc.Catalogs[0].Location = secret
	doc.Notes = append(doc.Notes, note)
	failed := Scan{Outcome: Failed, Failure: &note, Notes: []observation.Note{note}}
	failed.Measures = []observation.Measure{{ID: "x", State: observation.Unknown, Detail: note.Message}}
	doc.Goods[0].Scans = []Scan{failed}
	doc.Goods[0].Measures = failed.Measures
	doc.Goods[0].Verdict.Coverage.Gaps = []assess.Gap{{Measure: "x", Detail: note.Message}}
	for name, content := range written(t, doc) {
		if strings.Contains(content, "/home/") {
			t.Errorf("%s holds a path of the machine", name)
		}
	}
	if note.Subject != secret {
		t.Error("the document that was given was changed")
	}
}
