package pipeline

import (
	"testing"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/report"
)

const namedManifest = `{"name": "shared-forms", "version": "1.0.0"}`

func lockfile(dependency string) string {
	return `{"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "app", "dependencies": {"` + dependency + `": "^1.0.0"}},
		"node_modules/` + dependency + `": {"version": "1.0.0"}}}`
}

func goodNamed(t *testing.T, document report.Document, name string) report.Good {
	t.Helper()
	for _, good := range document.Goods {
		if good.Name == name {
			return good
		}
	}
	t.Fatalf("no good %s", name)
	return report.Good{}
}

func TestGoodThatOthersRestOnIsJudgedAgainWhenTheyChange(t *testing.T) {
	w := newFixture(t)
	w.urls = w.urls[:4] // all can be read
	w.commit("gem", map[string]string{"package.json": namedManifest, "package-lock.json": lockfile("shared-forms")})
	w.commit("both", map[string]string{"package-lock.json": lockfile("shared-forms")})
	for step, want := range []float64{1, 2, 0} {
		switch step {
		case 1:
			w.commit("none", map[string]string{"package-lock.json": lockfile("shared-forms")})
		case 2:
			w.commit("none", map[string]string{"README": "no more"})
			w.commit("both", map[string]string{"package-lock.json": lockfile("other-forms")})
		}
		got := w.run()
		good := goodNamed(t, got.Document, "o/gem")
		if m := measureOf(good, catalogDependants); m.State != observation.Measured || m.Value != want || m.Bound != observation.Exact {
			t.Errorf("step %d: %+v, want exactly %v", step, m, want)
		}
		sameReport(t, got, w.runFresh())
	}
}

func TestKeystoneThatAGoodPublishesNamesIt(t *testing.T) {
	w := newFixture(t)
	w.commit("gem", map[string]string{"package.json": namedManifest})
	w.commit("both", map[string]string{"package-lock.json": lockfile("shared-forms")})
	w.commit("none", map[string]string{"package-lock.json": lockfile("shared-forms")})
	document := w.run().Document
	maker := goodNamed(t, document, "o/gem")
	if len(document.Keystones) == 0 || document.Keystones[0].Package != "shared-forms" || document.Keystones[0].FromGood != maker.ID || document.Keystones[0].FromStage != maker.Verdict.Stage {
		t.Errorf("keystones are %+v", document.Keystones)
	}
	if m := measureOf(maker, catalogDependants); m.Value != 2.0 || m.Bound != observation.AtLeast {
		t.Errorf("one repository could not be read: %+v", m)
	}
	if m := measureOf(goodNamed(t, document, "o/both"), catalogDependants); m.State != observation.NotApplicable {
		t.Errorf("a good that names no package: %+v", m)
	}
	if m := measureOf(goodNamed(t, document, "o/nowhere"), catalogDependants); m.State != observation.Unknown {
		t.Errorf("a good that could not be read: %+v", m)
	}
}
