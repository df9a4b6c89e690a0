// Package live runs the checks of OpenSSF Scorecard in full, with what only GitHub itself and
// a few other services know: how branches are protected, whether changes are reviewed and
// tested, whether releases are signed.
//
// What a check reads of the files comes from the scan, which read them in a process of its
// own (package scorecard); the rest from Scorecard's own client of GitHub, over the one HTTP
// policy. The client is asked for no archive: none of a repository's contents come into this
// process, but for the security policy of the organisation, a text. It is off unless a
// setting asks for it. docs/sources.md says what it costs.
package live

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
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
	// Address is that of its API; empty for its own. So are those of OSS-Fuzz's list
	// of projects and of the OpenSSF Best Practices badges.
	Address, Fuzz, Badges string
}

// Source is the source of what the checks say. It implements scanners.Source.
type Source struct{ options Options }

var _ scanners.Follower = (*Source)(nil)

// New returns the source.
func New(options Options) *Source {
	options.Address = cmp.Or(options.Address, "https://api.github.com")
	options.Fuzz = cmp.Or(options.Fuzz, "https://oss-fuzz-build-logs.storage.googleapis.com")
	options.Badges = cmp.Or(options.Badges, "https://www.bestpractices.dev")
	return &Source{options}
}

// Name implements scanners.Source.
func (*Source) Name() string { return Name }

// Version implements scanners.Source.
func (*Source) Version() string { return "2" }

// Describe implements scanners.Source.
func (s *Source) Describe() scanners.Description {
	asked := "github.com is not asked: set GITHUB_TOKEN"
	if n := len(s.options.Tokens); n > 0 {
		asked = "github.com with " + scanners.Count(n, "token", "tokens")
	}
	return scanners.Description{Tells: "how branches are protected, and whether changes are reviewed and tested and releases signed (Scorecard)",
		Services: []string{asked}}
}

// Definitions implements scanners.Source.
func (*Source) Definitions() []observation.Definition {
	of := func(id, name, means, anchor string) observation.Definition {
		return observation.Definition{ID: id, Name: name, Kind: observation.KindNumber, Unit: observation.UnitPointsOf10, Merge: observation.MergeMain,
			Means: means, Reference: "https://github.com/ossf/scorecard/blob/main/docs/checks.md#" + anchor}
	}
	own := map[string][2]string{
		checks.CheckBranchProtection: {"Branch protection at GitHub",
			"Scorecard's check of how the main and the release branches are protected, as far as the token shows it."},
		checks.CheckCITests: {"Changes tested before merging",
			"Scorecard's check of whether automatic checks ran on merged changes, of the newest 30 commits."},
		checks.CheckCodeReview: {"Changes reviewed before merging",
			"Scorecard's check of whether people reviewed changes before they were merged, of the newest 30 commits."},
		checks.CheckSignedReleases: {"Releases signed at GitHub",
			"Scorecard's check of whether the files of the newest releases are signed. Provenance at registries is not asked for."},
	}
	score := of(observation.PostureFullScore, "Scorecard with GitHub: score",
		"Mean of Scorecard's checks that could be judged with what GitHub tells, each weighted by Scorecard's own risk class, without those that Scorecard calls experimental.", "")
	score.Reference = "https://github.com/ossf/scorecard#aggregate-score"
	all := []observation.Definition{score}
	for _, c := range every() {
		words, has := own[c.name]
		if !has {
			words = [2]string{"Scorecard with GitHub: " + c.name,
				fmt.Sprintf("Score of OpenSSF Scorecard's check %s, of the files together with what GitHub and other services tell; of the main repository.", c.name)}
		}
		all = append(all, of(measureID(c.name), words[0], words[1], strings.ToLower(c.name)))
	}
	return all
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
	Score *int `json:"score,omitempty"`
	// Least means that the score is one at least, because a part was not read.
	Least   bool              `json:"least,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Failure *observation.Note `json:"failure,omitempty"`
	// Files means that the failure lies with the files: asking again does not help.
	Files bool `json:"files,omitempty"`
}

// FollowsScan implements scanners.Follower: the half of a check that reads files was done by
// the scan.
func (*Source) FollowsScan() {}

// Ask implements scanners.Source.
func (s *Source) Ask(ctx context.Context, in scanners.Asking) ([]string, error) {
	way, err := newWay(s.options, in)
	if err != nil {
		return nil, err
	}
	outside := newOutside(s.options, in)
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
		a, failure, err := ask(ctx, way, outside, q)
		if err != nil {
			return nil, err
		}
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
		scanners.Count(int(way.calls.Load()), "request", "requests"), said) + outside.tried()}, nil
}

// partial reports whether a check is to be asked again on the next day.
func (a answer) partial() bool {
	for _, r := range a {
		if r.Failure != nil && !r.Files && r.Failure.Cause != observation.CauseUnsupported && r.Failure.Cause != observation.CauseNoToken {
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
	for _, c := range every() {
		id := measureID(c.name)
		r, asked := a[id]
		bound := observation.Exact
		if r.Least && r.Score != nil && *r.Score < checker.MaxResultScore {
			bound = observation.AtLeast
		}
		switch {
		case c.name == checks.CheckVulnerabilities:
			set.Unknown(observation.CauseUnsupported, matchedLater, id)
		case !asked:
		case r.Failure != nil:
			set.Unknown(r.Failure.Cause, r.Failure.Message, id)
		case r.Score == nil || *r.Score < 0 || *r.Score > checker.MaxResultScore:
			set.NotApplicable(r.Reason, id)
		default:
			set.SayBound(id, *r.Score, bound, r.Reason, kept.Asked)
		}
	}
	return withScore(set.All(observation.CauseUnsupported, "Scorecard did not say it")), nil
}

// limitMet stands in the text of a service.LimitError, of which the library hands on the text.
const limitMet = "the limit on requests to "

// failureOf is why GitHub did not answer a check.
func failureOf(way *way, message string) observation.Note {
	if err := way.blocked(); err != nil {
		return service.FailureOf(hostGitHub, err)
	}
	cause := observation.CauseUnreachable
	switch {
	case strings.Contains(message, limitMet):
		cause = observation.CauseOverLimit
	case strings.Contains(message, " 401 ") || strings.Contains(message, " 403 ") || strings.Contains(message, "not accessible") ||
		strings.Contains(message, "server answered "+http.StatusText(http.StatusForbidden)):
		cause = observation.CauseNoToken
	case strings.Contains(message, " 404 ") || strings.Contains(message, "Could not resolve to a Repository"):
		cause = observation.CauseNotFound
	case strings.Contains(message, "invalid character") || strings.Contains(message, "cannot unmarshal"):
		cause = observation.CauseBroken
	}
	return observation.Note{Cause: cause, Message: "Scorecard's check could not be made: " + observation.OneLine(observation.RedactQuoted(message))}
}
