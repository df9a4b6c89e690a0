package report

import (
	"math"
	"slices"

	"github.com/midspan/midspan/internal/assess"
)

// StageOrder is the order in which stages are listed.
var StageOrder = [...]assess.Stage{
	assess.MessyMiddle, assess.Strained, assess.Fading, assess.Sustained, assess.Emerging,
	assess.Dormant, assess.Sunset, assess.Unassessed,
}

// KnownStage is the stage itself, or unassessed where it is none.
func KnownStage(stage assess.Stage) assess.Stage {
	if slices.Contains(StageOrder[:], stage) {
		return stage
	}
	return assess.Unassessed
}

// LevelOf reads a level that no rule has set as unknown.
func LevelOf(p assess.Pillar) assess.Level {
	if p.Level == "" {
		return assess.LevelUnknown
	}
	return p.Level
}

// InOrder returns people, momentum, upkeep and funding; one that the verdict
// does not hold is unknown.
func InOrder(supports []assess.Pillar) [4]assess.Pillar {
	out := [4]assess.Pillar{}
	for i, id := range [...]string{assess.People, assess.Momentum, assess.Upkeep, assess.Funding} {
		out[i] = assess.Pillar{ID: id, Level: assess.LevelUnknown, Score: assess.Range{High: 100}}
		for _, pillar := range supports {
			if pillar.ID == id {
				out[i] = pillar
			}
		}
	}
	return out
}

// HeightOf returns the score to draw, from 0 to 100; a level without a score
// is drawn at the middle of its band. False means unknown.
func HeightOf(p assess.Pillar) (float64, bool) {
	level := LevelOf(p)
	if level == assess.LevelUnknown {
		return 0, false
	}
	if p.Score.Score != nil && !math.IsNaN(*p.Score.Score) {
		return min(max(*p.Score.Score, 0), 100), true
	}
	switch level {
	case assess.Strong:
		return 90, true
	case assess.Fair:
		return 60, true
	case assess.Weak:
		return 30, true
	}
	return 0, true
}

// maxOpen is the widest range, in points, that a score is shown with. Where
// unknown measures leave more open than that, the number alone would mislead.
const maxOpen = 40

// Scored reports whether a range has a score that is worth showing.
func HasScore(r assess.Range) bool { return r.Score != nil && r.High-r.Low <= maxOpen }
