package functions

import (
	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/maintenance"
)

// beside is what the same reading of 12 months tells beside the functions: which commits are
// signed off, for which organization they were made, and which changed data.
type beside struct {
	commits       int // by people, merges aside
	signed        int
	cut           int            // not signed off as far as their message was read, which was not to its end
	organizations map[string]int // commits by the domain of their author
	data          int            // commits by anybody that changed data
	counted       bool           // the last commit, for data
}

// signOff is the trailer of the Developer Certificate of Origin, version 1.1
// (developercertificate.org).
var signOff = lazy.Pattern(`(?mi)^signed-off-by:\s*\S`)

// maxBody is how much of a message is read, in characters; see gitrepo.Commit.
const maxBody = 2000

func (b *beside) add(c gitrepo.Commit, machine bool) {
	b.counted = false
	if machine {
		return
	}
	b.commits++
	switch {
	case signOff().MatchString(c.Body):
		b.signed++
	case len([]rune(c.Body)) >= maxBody:
		b.cut++
	}
	if domain := maintenance.OrganizationOf(c.Email); domain != "" {
		if b.organizations == nil {
			b.organizations = map[string]int{}
		}
		b.organizations[domain]++
	}
}

func (b *beside) touch(name string) {
	if !b.counted && scanners.HoldsData(name) {
		b.counted = true
		b.data++
	}
}

var (
	signedOff = observation.Definition{ID: observation.SignedOffShare12m, Name: "Commits that are signed off", Kind: observation.KindNumber,
		Unit: observation.UnitRatio, Merge: observation.MergeMain, Reference: "https://developercertificate.org/",
		Means: "Share of the commits by people in the last 12 months, merges aside, whose message has the line Signed-off-by."}
	firstOrganization = observation.Definition{ID: observation.FirstOrganizationShare, Name: "Share of the first organization", Kind: observation.KindNumber,
		Unit: observation.UnitRatio, Merge: observation.MergeMain, Reference: "https://chaoss.community/kb/metric-elephant-factor/",
		Means: "Share of the commits of the last 12 months whose author has an address of the organization with most, of those with an address of any."}
	dataCommits = observation.Definition{ID: observation.DataCommits12m, Name: "Commits that changed data, 12 months", Kind: observation.KindNumber,
		Unit: observation.UnitCommits, Merge: observation.MergeSum,
		Means: "Commits of the last 12 months, those of machines included, that changed files that hold data by their ending: tables, maps, statistics."}
)

// fewestToCompare is how many commits a share is given of, at least.
const fewestToCompare = 10

func (b *beside) measures(source string, in scanners.Input) []observation.Measure {
	few := "fewer than " + scanners.Count(fewestToCompare, "commit", "commits") + " by people in the last 12 months"
	signed, first := signedOff.NotApplicableFor(few), firstOrganization.NotApplicableFor(few)
	if b.commits >= fewestToCompare {
		signed = signedOff.Of(float64(b.signed)/float64(b.commits), source, in.At)
		if b.cut > 0 {
			signed.Bound, signed.Detail = observation.AtLeast, scanners.Count(b.cut, "message was", "messages were")+" not read to the end"
		}
	}
	all, most := 0, 0
	for _, n := range b.organizations {
		all, most = all+n, max(most, n)
	}
	switch {
	case all >= fewestToCompare:
		first = firstOrganization.Of(float64(most)/float64(all), source, in.At)
		first.Detail = scanners.Count(all, "commit has", "commits have") + " an address of an organization, of " + scanners.Count(b.commits, "commit", "commits")
	case b.commits >= fewestToCompare:
		first = firstOrganization.UnknownFor(observation.CauseNoSource, "hardly any address of an author is one of an organization")
	}
	return []observation.Measure{signed, first, dataCommits.Of(b.data, source, in.At)}
}
