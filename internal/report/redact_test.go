package report_test

import (
	"testing"

	"github.com/midspan/midspan/internal/report"
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
		got := report.RedactPaths(text)
		if got != want {
			t.Errorf("%q became %q, want %q", text, got, want)
		}
		if again := report.RedactPaths(got); again != got {
			t.Errorf("%q becomes %q when it is cut again", got, again)
		}
	}
}
