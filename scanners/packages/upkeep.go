package packages

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

var (
	_ scanners.UpkeepTeller = (*DepsDev)(nil)
	_ scanners.UpkeepTeller = (*Ecosystems)(nil)
)

// Upkeep implements scanners.UpkeepTeller: of the packages that a repository uses, and of its
// own, those whose latest version is deprecated or of which no version came in two years. Where
// deps.dev does not say it, nothing is said.
func (*DepsDev) Upkeep(kept scanners.Answer) []observation.Upkeep {
	var a depsDevAnswer
	if json.Unmarshal(kept.Document, &a) != nil {
		return nil
	}
	var all []observation.Upkeep
	add := func(name string, deprecated *bool, reason string, newest time.Time) {
		u := upkeepOf(name, depsDevSource, kept.Asked)
		u.NewestAt = newest
		if deprecated != nil && *deprecated {
			u.Deprecated, u.Reason, u.Source = true, reason, alphaSource
		}
		if u.Deprecated || !newest.IsZero() && newest.Before(kept.Asked.AddDate(-unmaintained, 0, 0)) {
			all = append(all, u)
		}
	}
	for _, f := range a.Uses {
		add(f.Name, f.Deprecated, f.Reason, f.NewestAt)
	}
	for _, f := range a.Own {
		if f.Known && f.Ours {
			add(f.Name, f.Deprecated, f.Reason, time.Time{}) // the newest of all versions is not kept of these
		}
	}
	return sortedUpkeep(all)
}

// Upkeep implements scanners.UpkeepTeller: of the repository's own packages, those that their
// registry calls deprecated, or has no more.
func (*Ecosystems) Upkeep(kept scanners.Answer) []observation.Upkeep {
	var a ecosystemsAnswer
	if json.Unmarshal(kept.Document, &a) != nil {
		return nil
	}
	var all []observation.Upkeep
	for _, f := range a.Packages {
		u := upkeepOf(f.Name, ecosystemsSource, kept.Asked)
		u.Deprecated, u.Gone = f.Status == "deprecated", f.Status == "removed" || f.Status == "unpublished"
		if u.Deprecated || u.Gone {
			all = append(all, u)
		}
	}
	return sortedUpkeep(all)
}

func upkeepOf(name, source string, asked time.Time) observation.Upkeep {
	ecosystem, of, _ := strings.Cut(name, ":")
	return observation.Upkeep{Ecosystem: ecosystem, Name: of, Source: source, Asked: asked.UTC().Truncate(24 * time.Hour)}
}

// sortedUpkeep sorts by package. One that is used in two versions stands once.
func sortedUpkeep(all []observation.Upkeep) []observation.Upkeep {
	order := func(a, b observation.Upkeep) int {
		return cmp.Or(cmp.Compare(a.Ecosystem, b.Ecosystem), cmp.Compare(a.Name, b.Name))
	}
	slices.SortStableFunc(all, order)
	return slices.CompactFunc(all, func(a, b observation.Upkeep) bool { return order(a, b) == 0 && a.Deprecated == b.Deprecated })
}
