package functions

import (
	"fmt"
	"strings"
	"testing"

	"github.com/midspan/midspan/internal/gitrepo/gittest"
	"github.com/midspan/midspan/internal/observation"
)

func TestSignOffsOrganizationsAndDataAreCounted(t *testing.T) {
	const first, second = "Ada Ore <ada@example.se>", "Bo Lund <bo@example.fi>"
	var commits []gittest.Commit
	for i := range 12 {
		c := change(first, 100-i, "a.go")
		if i < 6 {
			c.Message = "x\n\nsigned-off-by: Ada Ore <ada@example.se>"
		}
		if i >= 9 {
			c = change(second, 100-i, "data/a.csv", "data/b.CSV")
		}
		commits = append(commits, c)
	}
	commits = append(commits, change(bot, 5, "data/a.csv"))
	found := scan(t, commits...)
	for id, want := range map[string]float64{observation.SignedOffShare12m: 0.5, observation.FirstOrganizationShare: 0.75, observation.DataCommits12m: 4} {
		if n, known := found[id].Number(); !known || n != want {
			t.Errorf("%s is %s %v (%s), want %v", id, found[id].State, found[id].Value, found[id].Detail, want)
		}
	}
	if text := fmt.Sprint(found[observation.FirstOrganizationShare]); strings.Contains(text, "example") {
		t.Errorf("it names an organization of somebody: %s", text)
	}
}

func TestOfAHandfulOfCommitsThereIsNoShare(t *testing.T) {
	found := scan(t, change(ada, 3, "a"))
	for _, id := range []string{observation.SignedOffShare12m, observation.FirstOrganizationShare} {
		if found[id].State != observation.NotApplicable {
			t.Errorf("%s is %s", id, found[id].State)
		}
	}
}
