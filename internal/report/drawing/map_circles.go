package drawing

import (
	"cmp"
	"math"
	"slices"

	"github.com/midspan/midspan/internal/report"
)

// A map of thousands of goods would be a blot of as many marks. Above maxMapMarks a
// circle stands for all goods of a square of the plot, and only the goods of the
// messy middle whose load most outweighs their supports have marks of their own.
const (
	maxMapMarks = 600
	ownMarks    = 60
)

// square is how wide and high the squares are into which a plot is parted.
func (p plot) square() (width, height float64) {
	return (p.right - p.left) / float64(p.across), (p.bottom - p.top) / float64(p.up)
}

// circle stands for the goods of one square.
type circle struct {
	x, y      float64 // middle of the square
	n, middle int     // goods, and those of them in the messy middle
	most      int     // goods of the fullest square
}

// radius is such that areas are as the numbers of goods.
func (c circle) radius(p plot) float64 {
	width, height := p.square()
	return max(1.5, min(width, height)/2*math.Sqrt(float64(c.n)/float64(c.most)))
}

// circlesOf counts marks by square, from left to right and down.
func (p plot) circlesOf(marks []mark) []circle {
	width, height := p.square()
	type square struct{ column, line int }
	squares := map[square]*circle{}
	most := 0
	for _, m := range marks {
		at := square{min(int((m.x-p.left)/width), p.across-1), min(int((m.y-p.top)/height), p.up-1)}
		c := squares[at]
		if c == nil {
			c = &circle{x: p.left + (float64(at.column)+.5)*width, y: p.top + (float64(at.line)+.5)*height}
			squares[at] = c
		}
		c.n++
		if m.inMiddle() {
			c.middle++
		}
		most = max(most, c.n)
	}
	var circles []circle
	for _, c := range squares {
		c.most = most
		circles = append(circles, *c)
	}
	slices.SortFunc(circles, func(a, b circle) int { return cmp.Or(cmp.Compare(a.x, b.x), cmp.Compare(a.y, b.y)) })
	return circles
}

// circleText is the title of a circle.
func (w Drawer) circleText(c circle) string {
	if c.middle == 0 {
		return w.Translate("{n|good|goods} at this place", "n", c.n)
	}
	return w.Translate("{n|good|goods} at this place, {middle} of them in the messy middle", "n", c.n, "middle", c.middle)
}

// heaviest returns the marks of the messy middle that weigh most.
func heaviest(marks []mark) []mark {
	var middle []mark
	for _, m := range marks {
		if m.inMiddle() {
			middle = append(middle, m)
		}
	}
	slices.SortStableFunc(middle, func(a, b mark) int { return report.CompareNeed(a.good, b.good) })
	return middle[:min(ownMarks, len(middle))]
}
