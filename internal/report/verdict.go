package report

import (
	"math"
	"slices"

	"github.com/midspan/midspan/internal/assess"
)

// StageOrder is the order in which stages are listed. It begins with where a grant is missing,
// and says nothing of which fares worse: strained and messy middle stand on one step.
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
	for i, id := range assess.PillarIDs()[1:] {
		out[i] = assess.Pillar{ID: id, Level: assess.LevelUnknown, Score: assess.Range{High: 100}}
		for _, pillar := range supports {
			if pillar.ID == id {
				out[i] = pillar
			}
		}
	}
	return out
}

// PillarsInOrder are load and the four supports, as a report shows them.
func PillarsInOrder(v assess.Verdict) []assess.Pillar {
	supports := InOrder(v.Supports)
	v.Load.ID = assess.Load
	return append([]assess.Pillar{v.Load}, supports[:]...)
}

// PossibleLevels are the levels that load or a support can have, from most to least; none
// where nothing at all is known of it.
func PossibleLevels(p assess.Pillar) []assess.Level {
	if level := LevelOf(p); level != assess.LevelUnknown {
		return []assess.Level{level}
	}
	if len(p.Possible) > 3 {
		return nil
	}
	return p.Possible
}

// LevelBounds are the lowest and the highest level that is possible, empty where nothing
// is known.
func LevelBounds(p assess.Pillar) (low, high assess.Level) {
	possible := PossibleLevels(p)
	if len(possible) == 0 {
		return "", ""
	}
	return possible[len(possible)-1], possible[0]
}

// IsOpen reports whether a level is known within bounds alone.
func IsOpen(p assess.Pillar) bool { return len(PossibleLevels(p)) > 1 }

// ToneOf is the level whose colour shows what is known of one: of a level that is known
// within bounds weak where it certainly falls short, and otherwise none.
func ToneOf(p assess.Pillar) assess.Level {
	switch {
	case !IsOpen(p):
		return LevelOf(p)
	case IsLacking(p):
		return assess.Weak
	}
	return ""
}

// IsLacking reports whether a support is certainly weak or missing.
func IsLacking(p assess.Pillar) bool {
	_, high := LevelBounds(p)
	return high == assess.Weak || high == assess.Missing
}

// HeightOf returns the score to draw, from 0 to 100: what is certain of a level that is
// known within bounds. A level without a score is drawn at the middle of its band. False
// means unknown.
func HeightOf(p assess.Pillar) (float64, bool) {
	level, _ := LevelBounds(p)
	switch {
	case level == "":
		return 0, false
	case IsOpen(p):
		return min(max(p.Score.Low, 0), 100), true
	case p.Score.Score != nil && !math.IsNaN(*p.Score.Score):
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

// IsBlank reports whether a range excludes nothing, or was never set.
func IsBlank(r assess.Range) bool {
	return !HasScore(r) && (r.Low <= 0 && r.High >= 100 || r.High <= r.Low)
}

// MiddleOf is where a score lies that is drawn as a point: the middle of its range where
// it has none worth showing. False means that nothing is known of it.
func MiddleOf(r assess.Range) (float64, bool) {
	switch {
	case HasScore(r) && !math.IsNaN(*r.Score):
		return min(max(*r.Score, 0), 100), true
	case IsBlank(r):
		return 0, false
	}
	return min(max((r.Low+r.High)/2, 0), 100), true
}

// maxOpen is the widest range, in points, that a score is shown with. Where
// unknown measures leave more open than that, the number alone would mislead.
const maxOpen = 40

// HasScore reports whether a range has a score that is worth showing.
func HasScore(r assess.Range) bool { return r.Score != nil && r.High-r.Low <= maxOpen }
