package ledger

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

// Definitions implements scanners.Source.
func (*Source) Definitions() []observation.Definition {
	return []observation.Definition{
		{ID: observation.LedgerCollectives, Name: "Collectives named", Kind: observation.KindNumber, Merge: observation.MergeMax,
			Means: "Collectives at Open Collective that FUNDING.yml, funding.json or a manifest names, and that exist there."},
		{ID: observation.LedgerReceived, Name: "Money received in 12 months", Kind: observation.KindBool, Merge: observation.MergeAny,
			Means:     "Contributions and added funds came to a collective that the files name, in the 12 months before the day of asking.",
			Reference: "https://docs.opencollective.com/help/developers/api"},
		{ID: observation.LedgerAmounts12m, Name: "Amounts received in 12 months", Kind: observation.KindList, Merge: observation.MergeUnion,
			Means:     "What came to each collective in 12 months, in its own currency. Nothing is converted, and what a parent or a project below it received does not count.",
			Reference: "https://docs.opencollective.com/help/developers/api"},
		{ID: observation.LedgerContributions12m, Name: "Contributions in 12 months", Kind: observation.KindNumber, Unit: observation.UnitContributions,
			Merge: observation.MergeMax, Means: "Contributions to the collectives that the files name, in the 12 months before the day of asking.",
			Reference: "https://docs.opencollective.com/help/developers/api"},
		{ID: observation.LedgerParents, Name: "Parent collectives", Kind: observation.KindList, Merge: observation.MergeUnion,
			Means: "Collectives to which the named ones belong as projects. Money may come in there."},
		{ID: observation.LedgerManifestOwn, Name: "Funding manifest is its own", Kind: observation.KindBool, Merge: observation.MergeAny,
			Means:     "The manifest to which the repository points names it as a project, and stands at the site of its makers or is listed there.",
			Reference: "https://fundingjson.org/"},
		{ID: observation.LedgerManifestIncome, Name: "Income in the funding manifest", Kind: observation.KindBool, Merge: observation.MergeAny,
			Means: "The manifest gives a year of the last three with income. Its makers say so themselves.", Reference: "https://fundingjson.org/"},
		{ID: observation.LedgerManifestHistory, Name: "Income by year in the funding manifest", Kind: observation.KindList, Merge: observation.MergeUnion,
			Means: "The income that the manifest gives for each year, in its own currency.", Reference: "https://fundingjson.org/"},
		{ID: observation.LedgerManifestSought, Name: "Money sought in the funding manifest", Kind: observation.KindList, Merge: observation.MergeUnion,
			Means: "The sums of the active plans of the manifest, in their own currency.", Reference: "https://fundingjson.org/"},
	}
}

var (
	ofCollectives = []string{observation.LedgerCollectives, observation.LedgerReceived, observation.LedgerAmounts12m,
		observation.LedgerContributions12m, observation.LedgerParents}
	ofManifests = []string{observation.LedgerManifestOwn, observation.LedgerManifestIncome, observation.LedgerManifestHistory, observation.LedgerManifestSought}
)

// Measures implements scanners.Source.
func (s *Source) Measures(kept scanners.Answer, oldest time.Time) ([]observation.Measure, []observation.Note) {
	var a answer
	set := scanners.NewMeasureSet(s.Definitions(), "ledgers")
	if err := json.Unmarshal(kept.Document, &a); err != nil {
		return set.All(observation.CauseBroken, "the answer that was kept cannot be read: the next run asks again"), nil
	}
	for i, c := range a.Collectives {
		a.Collectives[i].Failure = orStale(c.Failure, c.Asked, oldest, "the collective was last asked about")
	}
	for i, m := range a.Manifests {
		a.Manifests[i].Failure = orStale(m.Failure, m.Asked, oldest, "the manifest was last read")
	}
	if len(a.Collectives) > 0 {
		a.collectives(set)
	} else {
		set.Unnamed(a.Unread, "no file names a collective at Open Collective", ofCollectives...)
	}
	if len(a.Manifests) > 0 {
		a.manifests(set)
	} else {
		set.Unnamed(a.Unread, "no file points to a funding manifest elsewhere", ofManifests...)
	}
	return set.All(observation.CauseUnsupported, "the answer does not say it"), nil
}

// collectives measures what came to collectives.
func (a answer) collectives(set *scanners.MeasureSet) {
	var known []collective
	var failure *observation.Note
	kinds := map[string]int{}
	for _, c := range a.Collectives {
		switch {
		case c.Failure != nil:
			failure = c.Failure
		case slices.Contains(ownMoney, c.Kind):
			known = append(known, c)
		default:
			kinds[c.Kind]++
		}
	}
	bound := observation.Exact
	if failure != nil || a.Unread != nil {
		bound = observation.AtLeast
	}
	switch {
	case len(known) > 0:
		set.SayBound(observation.LedgerCollectives, len(known), bound, "", a.Asked)
		moneyOf(known, bound, set, a.Asked)
	case failure != nil:
		set.Unknown(failure.Cause, failure.Message, ofCollectives...)
	case kinds[""] > 0:
		set.SayBound(observation.LedgerCollectives, 0, bound, "the platform has no account of the name that a file gives", a.Asked)
		set.Unknown(observation.CauseNotFound, "Open Collective has no account of the name that a file gives: correct it", ofCollectives[1:]...)
	case kinds["INDIVIDUAL"] == len(a.Collectives):
		set.NotApplicable("the account that a file names is a person's, and is not looked at", ofCollectives...)
	default:
		set.Unknown(observation.CauseNoSource, "the account that a file names is an organization's, whose money is for all that it does", ofCollectives...)
	}
}

// moneyOf measures what came to the collectives that were answered. bound is how exact
// they are for all that files name.
func moneyOf(known []collective, bound observation.Bound, set *scanners.MeasureSet, asked time.Time) {
	amounts, parents, contributions, came := []string{}, []string{}, 0, false
	unsaid, uncounted := 0, 0
	for _, c := range known {
		if c.Parent != "" {
			parents = append(parents, "opencollective.com/"+c.Parent)
		}
		if c.Received == nil {
			unsaid++
		} else {
			came = came || c.Received.Value > 0
			amounts = append(amounts, "opencollective.com/"+c.Name+": "+c.Received.text())
		}
		if c.Contributions == nil {
			uncounted++
		} else {
			contributions += *c.Contributions
		}
		if c.Asked.Before(asked) {
			asked = c.Asked
		}
	}
	slices.Sort(amounts)
	slices.Sort(parents)
	set.SayBound(observation.LedgerParents, slices.Compact(parents), bound, "", asked)
	least := func(left int) observation.Bound {
		if left > 0 {
			return observation.AtLeast
		}
		return bound
	}
	switch {
	case came:
		set.SayBound(observation.LedgerReceived, true, observation.Exact, strings.Join(amounts, "; "), asked)
	case least(unsaid) == observation.Exact:
		set.Say(observation.LedgerReceived, false, asked)
	default:
		set.Unknown(observation.CauseNoSource, "not all that the files name was told", observation.LedgerReceived)
	}
	if unsaid < len(known) {
		set.SayBound(observation.LedgerAmounts12m, amounts, least(unsaid), "", asked)
	}
	if uncounted < len(known) {
		set.SayBound(observation.LedgerContributions12m, contributions, least(uncounted), "", asked)
	}
}

func (a amount) text() string {
	return strings.TrimSpace(fmt.Sprintf("%.2f %s", a.Value, cmp.Or(a.Currency, "(currency not said)")))
}

// recentYears is how many years back income in a manifest counts as money that came.
const recentYears = 3

// manifests measures what manifests say that speak for the repository.
func (a answer) manifests(set *scanners.MeasureSet) {
	var own []manifest
	var failure *observation.Note
	why := ""
	for _, m := range a.Manifests {
		switch {
		case m.Failure != nil:
			failure = m.Failure
		case m.Own:
			own = append(own, m)
		default:
			why = m.Why
		}
	}
	bound := observation.Exact
	if failure != nil || a.Unread != nil {
		bound = observation.AtLeast
	}
	switch {
	case len(own) > 0:
		set.Say(observation.LedgerManifestOwn, true, a.Asked)
		incomeOf(own, bound, set, a.Asked)
	case failure != nil:
		set.Unknown(failure.Cause, failure.Message, ofManifests...)
	default:
		set.SayBound(observation.LedgerManifestOwn, false, observation.Exact, why, a.Asked)
		set.Unknown(observation.CauseNoSource, why, ofManifests[1:]...)
	}
}

func incomeOf(own []manifest, bound observation.Bound, set *scanners.MeasureSet, asked time.Time) {
	history, sought, came, recent, unsaid := []string{}, []string{}, false, false, 0
	for _, m := range own {
		unsaid += m.Unsaid
		if m.Asked.Before(asked) {
			asked = m.Asked
		}
		for _, year := range m.History {
			history = append(history, fmt.Sprintf("%d: %s", year.Year, year.text()))
			of := year.Year > m.Asked.Year()-recentYears && year.Year <= m.Asked.Year()
			recent, came = recent || of, came || of && year.Value > 0
		}
		for _, p := range m.Plans {
			sought = append(sought, strings.TrimSuffix(p.text()+", "+p.Frequency, ", "))
		}
	}
	slices.Sort(history)
	slices.Sort(sought)
	if unsaid > 0 {
		bound = observation.AtLeast
	}
	switch {
	case came:
		set.SayBound(observation.LedgerManifestIncome, true, observation.Exact, strings.Join(history, "; "), asked)
	case bound == observation.Exact && recent:
		set.Say(observation.LedgerManifestIncome, false, asked)
	default:
		set.Unknown(observation.CauseNoSource, "the manifest gives no income of the last years", observation.LedgerManifestIncome)
	}
	set.SayBound(observation.LedgerManifestHistory, slices.Compact(history), bound, "", asked)
	set.SayBound(observation.LedgerManifestSought, slices.Compact(sought), bound, "", asked)
}
