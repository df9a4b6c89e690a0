package assess

import (
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
)

// weakness is what one or more advisories that name one another as aliases say
// of a package at a version.
type weakness struct {
	name      string   // the smallest CVE among ids and aliases, or else the smallest id
	severity  string   // the worst that an advisory gives
	fixes     []string // the lowest fixed version above, by each advisory that names one
	published time.Time

	exploited, malicious, unmaintained bool
}

// weaknessesOf sums up the findings of one package at one version.
func weaknessesOf(findings []observation.Finding) []weakness {
	var all []weakness
	for _, group := range observation.Groups(findings) {
		w := weakness{}
		for _, f := range group {
			w.take(f)
		}
		slices.Sort(w.fixes)
		w.fixes = slices.Compact(w.fixes)
		all = append(all, w)
	}
	return all
}

func (w *weakness) take(f observation.Finding) {
	for _, id := range append([]string{f.Advisory}, f.Aliases...) {
		if w.name == "" || plainer(id, w.name) {
			w.name = id
		}
	}
	w.severity = worse(w.severity, f.Severity)
	if f.FixedIn != "" {
		w.fixes = append(w.fixes, f.FixedIn)
	}
	if !f.Published.IsZero() && (w.published.IsZero() || f.Published.Before(w.published)) {
		w.published = f.Published
	}
	w.exploited = w.exploited || f.Exploited != nil && *f.Exploited
	w.malicious = w.malicious || f.Malicious
	w.unmaintained = w.unmaintained || f.Unmaintained
}

// plainer puts the ids that all databases share before their own.
func plainer(id, than string) bool {
	if a, b := strings.HasPrefix(id, "CVE-"), strings.HasPrefix(than, "CVE-"); a != b {
		return a
	}
	return id < than
}

// fix is the lowest version in which every advisory that names a fix is fixed;
// empty where none does.
func (w weakness) fix(ecosystem string, later func(ecosystem, a, b string) string) string {
	to := ""
	for _, fixed := range w.fixes {
		if to == "" {
			to = fixed
			continue
		}
		to = later(ecosystem, to, fixed)
	}
	return to
}
