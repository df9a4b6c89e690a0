package maintenance

import (
	"context"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/observation"
)

// Activity counts the commits by people and the releases of each calendar month
// (UTC), as of at. The windows of the measures begin on a day within a month:
// the commits of twelve months are those of twelve calendar months, and those of
// the rest of the month in which the window begins.
func (h *History) Activity(at time.Time) observation.Activity {
	last := observation.MonthOf(at)
	a := observation.Activity{Repositories: 1, Read: 1, At: at.UTC(), From: last - observation.ActivityMonths + 1}
	if begun := h.begun(last); begun >= a.From {
		a.From, a.Begun = begun, true
	}
	h.fill(&a)
	return a
}

// begun is the month of the first commit; the last month where none was made by
// then, and none where that of the first is not known.
func (h *History) begun(last observation.Month) observation.Month {
	switch {
	case h.beforeGit > 0:
		return 0
	case h.first.IsZero():
		return last
	}
	return min(observation.MonthOf(h.first), last)
}

// fill counts the months from a.From.
func (h *History) fill(a *observation.Activity) {
	last := observation.MonthOf(a.At)
	a.WholeFrom, a.WholeUntil = a.From, last
	a.Commits = make([]int, last-a.From+1)
	for _, c := range between(h.human, time.Time{}, a.At) {
		if m := observation.MonthOf(c.when); m >= a.From {
			a.Commits[m-a.From]++
		}
	}
	if h.tagsErr != nil {
		return
	}
	a.Releases, a.MoreReleases = make([]int, len(a.Commits)), h.undated > 0
	for _, r := range releasedBy(h.releases, a.At) {
		if m := observation.MonthOf(r.first); m >= a.From {
			a.Releases[m-a.From]++
		}
	}
	for _, r := range slices.Backward(shownBy(h.releases, a.At)) {
		if observation.MonthOf(r.first) < a.From || len(a.Latest) == observation.LatestReleases {
			break
		}
		a.Latest = append(a.Latest, observation.Release{Day: r.day.Format(time.DateOnly), Version: r.version})
	}
}

// partialActivity counts what is left of a history that was cut or that breaks
// off: git lists newer commits before older ones, so the months after the one in
// which it ends are whole. Cause is why the history is not whole.
func partialActivity(ctx context.Context, snapshot *gitrepo.Snapshot, at time.Time, cause observation.Cause) observation.Activity {
	cut := time.Time{} // no commit later than this is missing
	kept := func(yield func(gitrepo.Commit, error) bool) {
		oldest := time.Time{}
		for c, err := range snapshot.History(ctx) {
			if err != nil {
				cut = later(cut, oldest)
				return
			}
			if oldest = c.Committed; c.Parents == 0 {
				cut = later(cut, c.Committed) // perhaps the first commit of all, perhaps the first that is left
			}
			if !yield(c, nil) {
				return
			}
		}
	}
	h, err := NewHistory(kept, nil, "", at, Owner{})
	from := observation.MonthOf(cut) + 1
	if err != nil || cut.IsZero() || from > observation.MonthOf(at) {
		return observation.UnreadActivity(cause)
	}
	tags, err := snapshot.Tags()
	h.releases, h.undated = releasesOf(tags)
	h.tagsErr = err
	first := observation.MonthOf(at) - observation.ActivityMonths + 1
	a := observation.Activity{Repositories: 1, Read: 1, At: at.UTC(), From: max(first, from), Cut: from > first}
	h.fill(&a)
	a.MoreReleases = a.Releases != nil // tags of what was cut are often cut with it
	return a
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
