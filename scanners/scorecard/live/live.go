// Package live runs the checks of OpenSSF Scorecard that need GitHub itself: how branches
// are protected, whether changes are reviewed and tested, whether releases are signed. No
// snapshot holds that, and what a snapshot can show is left to package scorecard.
//
// It uses Scorecard's own client of GitHub, over the one HTTP policy, and asks it for no
// file: none of a repository's contents come into this process. It is off unless a setting
// asks for it. docs/sources.md says what it costs and what it leaves out.
package live

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/ossf/scorecard/v5/checker"
	"github.com/ossf/scorecard/v5/checks"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/internal/service"
	"github.com/midspan/midspan/scanners"
)

// Name is the source's name.
const Name = "scorecard-full"

// standsFor is how long an answer stands: it takes dozens of requests.
const standsFor = 7 * 24 * time.Hour

const hostGitHub = "github.com"

// Options say where GitHub is and who asks.
type Options struct {
	// Tokens are those of github.com. The first whose limit is not met is used.
	Tokens []string
	// Address is that of its API; empty for its own.
	Address string
}

// Source is the source of what the checks say. It implements scanners.Source.
type Source struct{ options Options }

var _ scanners.Source = (*Source)(nil)

// New returns the source.
func New(options Options) *Source {
	options.Address = cmp.Or(options.Address, "https://api.github.com")
	return &Source{options}
}

// Name implements scanners.Source.
func (*Source) Name() string { return Name }

// Version implements scanners.Source.
func (*Source) Version() string { return "1" }

// Describe implements scanners.Source.
func (s *Source) Describe() scanners.Description {
	asked := "github.com is not asked: set GITHUB_TOKEN"
	if n := len(s.options.Tokens); n > 0 {
		asked = "github.com with " + scanners.Count(n, "token", "tokens")
	}
	return scanners.Description{Tells: "how branches are protected, and whether changes are reviewed and tested and releases signed (Scorecard)",
		Services: []string{asked}}
}

// check is one of Scorecard's, with its measure.
type check struct {
	name    string // Scorecard's
	measure string
	run     func(*checker.CheckRequest) checker.CheckResult
	// least means that the score is one at least, because a part of the check reads files.
	least bool
}

func all() []check {
	return []check{
		{checks.CheckBranchProtection, observation.PostureFullBranchProtection, checks.BranchProtection, true},
		{checks.CheckCITests, observation.PostureFullCITests, checks.CITests, false},
		{checks.CheckCodeReview, observation.PostureFullCodeReview, checks.CodeReview, false},
		{checks.CheckSignedReleases, observation.PostureFullSignedReleases, signedReleases, true},
	}
}

// Definitions implements scanners.Source.
func (*Source) Definitions() []observation.Definition {
	of := func(id, name, means, anchor string) observation.Definition {
		return observation.Definition{ID: id, Name: name, Kind: observation.KindNumber, Unit: observation.UnitPointsOf10, Merge: observation.MergeMain,
			Means: means, Reference: "https://github.com/ossf/scorecard/blob/main/docs/checks.md#" + anchor}
	}
	return []observation.Definition{
		of(observation.PostureFullBranchProtection, "Branch protection at GitHub",
			"Scorecard's check of how the main and the release branches are protected, as far as the token shows it.", "branch-protection"),
		of(observation.PostureFullCITests, "Changes tested before merging",
			"Scorecard's check of whether automatic checks ran on merged changes, of the newest 30 commits.", "ci-tests"),
		of(observation.PostureFullCodeReview, "Changes reviewed before merging",
			"Scorecard's check of whether people reviewed changes before they were merged, of the newest 30 commits.", "code-review"),
		of(observation.PostureFullSignedReleases, "Releases signed at GitHub",
			"Scorecard's check of whether the files of the newest releases are signed. Provenance at registries is not asked for.", "signed-releases"),
	}
}

// Excludes implements scanners.Source.
func (*Source) Excludes(r catalog.Repository) string { return scanners.ExcludesReserved(r) }

// Refuses implements scanners.Source.
func (s *Source) Refuses(r catalog.Repository) *observation.Note {
	switch {
	case r.Host == "":
		return scanners.RefusesFolder(r, "ask GitHub")
	case r.Host != hostGitHub:
		return &observation.Note{Cause: observation.CauseUnsupported, Subject: r.URL, Message: "Scorecard's checks are asked of github.com alone"}
	case len(s.options.Tokens) == 0:
		return &observation.Note{Cause: observation.CauseNoToken, Subject: r.URL,
			Message: "GitHub answers only those who have a token: set GITHUB_TOKEN (a token without any permission is enough)"}
	}
	return nil
}

// answer is what the checks said of a repository, by the ids of their measures.
type answer map[string]result

// result is what a check said. Failure says why it did not; of a check that does not apply
// there is neither.
type result struct {
	Score   *int              `json:"score,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Failure *observation.Note `json:"failure,omitempty"`
}

// Ask implements scanners.Source.
func (s *Source) Ask(ctx context.Context, in scanners.Asking) ([]string, error) {
	way, err := newWay(s.options, in)
	if err != nil {
		return nil, err
	}
	done, asked, said := 0, 0, ""
	for _, q := range in.Questions {
		if q.Last != nil && !q.Last.Partial && in.Now().Sub(q.Last.Asked) < standsFor {
			if err := in.Reply(scanners.Reply{Repository: q.Repository, Answer: q.Last}); err != nil {
				return nil, err
			}
			continue
		}
		asked++
		at := in.Now()
		a, failure := askOne(ctx, way, q.Repository)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if failure != nil {
			said = cmp.Or(said, "; "+failure.Message)
			err = in.Unanswered(q.Repository, *failure)
		} else {
			done++
			err = in.Answered(q.Repository, a, at, a.partial())
		}
		if err != nil {
			return nil, err
		}
	}
	if asked == 0 {
		return nil, nil
	}
	return []string{fmt.Sprintf("Scorecard at github.com: %d of %s answered, in %s%s", done, scanners.Count(asked, "repository", "repositories"),
		scanners.Count(int(way.calls.Load()), "request", "requests"), said)}, nil
}

// partial reports whether a check is to be asked again on the next day.
func (a answer) partial() bool {
	for _, r := range a {
		if r.Failure != nil && r.Failure.Cause != observation.CauseUnsupported && r.Failure.Cause != observation.CauseNoToken {
			return true
		}
	}
	return false
}

// Measures implements scanners.Source.
func (s *Source) Measures(kept scanners.Answer, _ time.Time) ([]observation.Measure, []observation.Note) {
	set := scanners.NewMeasureSet(s.Definitions(), "Scorecard at github.com")
	var a answer
	if json.Unmarshal(kept.Document, &a) != nil {
		return set.All(observation.CauseBroken, "the answer that was kept cannot be read: the next run asks again"), nil
	}
	for _, c := range all() {
		r, asked := a[c.measure]
		switch {
		case !asked:
		case r.Failure != nil:
			set.Unknown(r.Failure.Cause, r.Failure.Message, c.measure)
		case r.Score == nil || *r.Score < 0 || *r.Score > checker.MaxResultScore:
			set.NotApplicable(r.Reason, c.measure)
		case c.least && *r.Score < checker.MaxResultScore:
			set.SayBound(c.measure, *r.Score, observation.AtLeast, r.Reason, kept.Asked)
		default:
			set.SayBound(c.measure, *r.Score, observation.Exact, r.Reason, kept.Asked)
		}
	}
	return set.All(observation.CauseUnsupported, "Scorecard did not say it"), nil
}

// failureOf is why GitHub did not answer a check.
func failureOf(way *way, message string) observation.Note {
	if err := way.blocked(); err != nil {
		return service.FailureOf(hostGitHub, err)
	}
	cause := observation.CauseUnreachable
	switch {
	case strings.Contains(message, " 401 ") || strings.Contains(message, " 403 ") || strings.Contains(message, "not accessible"):
		cause = observation.CauseNoToken
	case strings.Contains(message, " 404 ") || strings.Contains(message, "Could not resolve to a Repository"):
		cause = observation.CauseNotFound
	case strings.Contains(message, "invalid character") || strings.Contains(message, "cannot unmarshal"):
		cause = observation.CauseBroken
	}
	return observation.Note{Cause: cause, Message: "Scorecard's check could not be made: " + observation.OneLine(observation.RedactQuoted(message))}
}
