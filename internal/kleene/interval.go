package kleene

import "math"

// Interval is what is known of a number: it lies in [Low, High]. Low and High may be
// infinite.
type Interval struct{ Low, High float64 }

// Unbounded is the interval of a number of which nothing is known.
func Unbounded() Interval { return Interval{math.Inf(-1), math.Inf(1)} }

// Exactly is the interval of a number that is known.
func Exactly(v float64) Interval { return Interval{v, v} }

// Between is the interval of a number in [low, high].
func Between(low, high float64) Interval { return Interval{low, high} }

// AtLeast is the interval of a number that is v or more.
func AtLeast(v float64) Interval { return Interval{v, math.Inf(1)} }

// AtMost is the interval of a number that is v or less.
func AtMost(v float64) Interval { return Interval{math.Inf(-1), v} }

// IsExact reports whether the number is known.
func (i Interval) IsExact() bool { return i.Low == i.High }

// Compare evaluates "x operator threshold" (<, <=, > or >=) for every x of the
// interval. It is Unknown where the answer differs, and for another operator.
func (i Interval) Compare(operator string, threshold float64) Truth {
	var all, none bool
	switch operator {
	case "<":
		all, none = i.High < threshold, i.Low >= threshold
	case "<=":
		all, none = i.High <= threshold, i.Low > threshold
	case ">":
		all, none = i.Low > threshold, i.High <= threshold
	case ">=":
		all, none = i.Low >= threshold, i.High < threshold
	}
	switch {
	case all:
		return True
	case none:
		return False
	}
	return Unknown
}
