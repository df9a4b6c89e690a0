package timeline

import "testing"

func TestScalesOfATimelineAreRound(t *testing.T) {
	for least, want := range map[float64]int{0: 1, .3: 1, 1: 1, 1.1: 2, 2.5: 5, 6: 10, 15.5: 20, 121: 200, 501: 1000} {
		if got := roundStep(least); got != want {
			t.Errorf("the step from %v is %d, want %d", least, got, want)
		}
	}
}
