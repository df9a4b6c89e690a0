package signals

import (
	"fmt"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/licenselist"
	"github.com/midspan/midspan/internal/observation"
)

// writeLists holds the licences found against the lists of those who approve them.
func writeLists(out *measureSet) {
	spdx := out.measures[out.index[observation.LicenseSPDX]]
	switch spdx.State {
	case observation.Unknown:
		out.unknown(observation.LicenseLists, spdx.Cause, spdx.Detail)
		return
	case observation.NotApplicable:
		out.notApplicable(observation.LicenseLists, spdx.Detail)
		return
	}
	found, _ := spdx.List()
	var says, each []string
	for _, id := range found {
		standing := licenselist.Of(id)
		says = append(says, standing.Says()...)
		each = append(each, saysOf(id, standing))
	}
	slices.Sort(says)
	m := out.measured(observation.LicenseLists, slices.Compact(says), spdx.Source)
	m.Bound, m.Detail = spdx.Bound, strings.Join(each, "; ")
}

// saysOf is where the lists have a licence, in words.
func saysOf(id string, standing licenselist.Standing) string {
	says := id + ": " + strings.Join(standing.Says(), ", ")
	if standing.Refused != "" {
		says += " (" + string(standing.Refused) + ")"
	}
	return says
}

// writeOnList answers whether the licences that Scan found are on the list for what the
// good is.
func writeOnList(out *measureSet, types []string, measures []observation.Measure) {
	const id = observation.LicenseOnList
	spdx, _ := observation.Find(measures, observation.LicenseSPDX)
	stated, _ := observation.Find(measures, observation.LicenseStated)
	if names, _ := stated.List(); spdx.State != observation.Measured && len(names) > 0 {
		out.unknown(id, observation.CauseNoSource, "the readme alone states "+strings.Join(names, ", ")+"; no text of a licence was recognised")
		return
	}
	switch {
	case spdx.ID == "":
		out.unknown(id, observation.CauseNoRepository, "no repository was read for its licence")
		return
	case spdx.State == observation.Unknown:
		out.unknown(id, spdx.Cause, spdx.Detail)
		return
	case spdx.State == observation.NotApplicable:
		out.notApplicable(id, spdx.Detail)
		return
	}
	found, _ := spdx.List()
	state, on, detail := OnList(types, found)
	switch {
	case state != observation.Measured:
		out.unknown(id, observation.CauseNoSource, detail)
	case spdx.Bound == observation.AtLeast:
		out.unknown(id, observation.CauseMissingObjects, "some licence files could not be read; so far: "+detail)
	default:
		out.measured(id, on, spdx.Source).Detail = detail
	}
}

// OnList tells whether the licences found (SPDX ids, or expressions with AND) are on the
// lists for the types that the catalog names (software, content, data; others have no
// list). Without a type a good is taken for software.
//
// It is Unknown where the files leave open what is under which licence: beside one that is
// on the list stands one that is on none, or terms are added, or a good of data or
// content has a licence for software alone.
func OnList(types, found []string) (observation.State, bool, string) {
	var kinds []licenselist.Kind
	for _, kind := range []licenselist.Kind{licenselist.Software, licenselist.Content, licenselist.Data} {
		if slices.Contains(types, string(kind)) {
			kinds = append(kinds, kind)
		}
	}
	if len(types) > 0 && len(kinds) == 0 {
		return observation.Unknown, false, "the lists are of software, content and data, and the catalog calls it " + strings.Join(types, ", ")
	}
	all := map[licenselist.Kind]bool{}
	var each []string
	open, refused := false, false
	for _, id := range found {
		standing := licenselist.Of(id)
		for _, kind := range standing.Kinds {
			all[kind] = true
		}
		open = open || standing.Added
		refused = refused || !standing.Added && len(standing.Kinds) == 0
		each = append(each, saysOf(id, standing))
	}
	detail := strings.Join(each, "; ")
	if len(types) == 0 {
		if !all[licenselist.Software] && len(all) > 0 {
			return observation.Unknown, false, detail + "; the catalog does not say what the good is"
		}
		kinds = []licenselist.Kind{licenselist.Software}
	}
	var missing []string
	for _, kind := range kinds {
		switch {
		case all[kind]:
		case open, kind != licenselist.Software && len(all) > 0:
			return observation.Unknown, false, fmt.Sprintf("%s; which licence the %s is under they do not say", detail, kind)
		default:
			missing = append(missing, string(kind))
		}
	}
	if len(missing) > 0 {
		return observation.Measured, false, detail + "; none is on the list for " + strings.Join(missing, " and for ")
	}
	if open || refused {
		return observation.Unknown, false, detail + "; what is under which they do not say"
	}
	return observation.Measured, true, detail
}
