package kleene

import (
	"math"
	"testing"
)

var values = []Truth{Unknown, True, False}

func TestTruthTables(t *testing.T) {
	// Rows and columns: Unknown, True, False.
	and := [3][3]Truth{{Unknown, Unknown, False}, {Unknown, True, False}, {False, False, False}}
	or := [3][3]Truth{{Unknown, True, Unknown}, {True, True, True}, {Unknown, True, False}}
	for i, a := range values {
		for j, b := range values {
			if All(a, b) != and[i][j] || Any(a, b) != or[i][j] {
				t.Errorf("%v, %v: all %v, any %v", a, b, All(a, b), Any(a, b))
			}
			if All(a, b).Not() != Any(a.Not(), b.Not()) {
				t.Errorf("%v, %v break De Morgan's law", a, b)
			}
		}
	}
	if All() != True || Any() != False || Of(true) != True || Of(false) != False {
		t.Error("the values of nothing, or of a bool")
	}
}

func TestAmong(t *testing.T) {
	for _, test := range []struct {
		possible []string
		want     Truth
	}{{nil, Unknown}, {[]string{"a"}, True}, {[]string{"a", "b"}, True}, {[]string{"c"}, False}, {[]string{"a", "c"}, Unknown}} {
		if got := Among(test.possible, []string{"a", "b"}); got != test.want {
			t.Errorf("%v: %v, want %v", test.possible, got, test.want)
		}
	}
}

// Compare is what comparing every number of the interval gives.
func TestCompareIsThatOfEveryNumber(t *testing.T) {
	holds := map[string]func(x, y float64) bool{
		"<": func(x, y float64) bool { return x < y }, "<=": func(x, y float64) bool { return x <= y },
		">": func(x, y float64) bool { return x > y }, ">=": func(x, y float64) bool { return x >= y },
	}
	for operator, holds := range holds {
		for low := -2.0; low <= 2; low++ {
			for high := low; high <= 2; high++ {
				for threshold := -3.0; threshold <= 3; threshold++ {
					all, none := True, True
					for x := low; x <= high; x++ {
						if holds(x, threshold) {
							none = False
						} else {
							all = False
						}
					}
					want := Unknown
					if all == True {
						want = True
					} else if none == True {
						want = False
					}
					if got := (Interval{low, high}).Compare(operator, threshold); got != want {
						t.Errorf("[%v, %v] %s %v: %v, want %v", low, high, operator, threshold, got, want)
					}
				}
			}
		}
	}
}

func TestBounds(t *testing.T) {
	if AtLeast(3).Compare(">=", 3) != True || AtLeast(3).Compare(">=", 4) != Unknown || AtLeast(3).Compare("<", 3) != False {
		t.Error("at least 3")
	}
	if AtMost(3).Compare("<=", 3) != True || AtMost(3).Compare(">", 2) != Unknown || AtMost(3).Compare(">", 3) != False {
		t.Error("at most 3")
	}
	if !Exactly(3).IsExact() || AtLeast(3).IsExact() || Unbounded().Compare(">", 0) != Unknown {
		t.Error("exactness")
	}
	if Exactly(math.Inf(1)).Compare(">", 1e300) != True || Exactly(3).Compare("is", 3) != Unknown {
		t.Error("infinity, or an unknown operator")
	}
}
