package maintenance

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// leadBeforeRoot is how long before the first commit of a repository a commit must have been
// made to be another history's: people prepare a change before they found a repository.
const leadBeforeRoot = 30 * 24 * time.Hour

// origins tells which commits of a repository descend from its own first commit. The others
// came in with a history that began elsewhere: a subtree, a vendored library, a repository
// that was merged. The own first commit is the one that first parents lead to from HEAD.
//
// It holds eight bytes of each commit's id: two commits that share them could be mistaken for
// one another, and nothing but these counts would change.
type origins struct {
	numbers map[uint64]int32
	parents [][]int32
	roots   int
	// svn and bare count the commits whose address a conversion made: an account at the id of a Subversion
	// repository, or an account without an address.
	svn, bare int
}

// add sees the next commit, newest first, and returns its number.
func (o *origins) add(c gitrepo.Commit) int32 {
	n := o.number(c.OID)
	for _, parent := range c.ParentIDs {
		p := o.number(parent) // may grow o.parents
		o.parents[n] = append(o.parents[n], p)
	}
	if c.Parents == 0 {
		o.roots++
	}
	switch {
	case svnAddress().MatchString(c.Email):
		o.svn++
	case c.Email != "" && !strings.Contains(c.Email, "@"):
		o.bare++
	}
	return n
}

// svnAddress is what git svn makes of an account: "account@" and the id of the repository.
var svnAddress = lazy.Pattern(`@[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func (o *origins) number(oid string) int32 {
	key, _ := strconv.ParseUint(oid[:min(16, len(oid))], 16, 64)
	if n, seen := o.numbers[key]; seen {
		return n
	}
	n := int32(len(o.parents))
	if o.numbers == nil {
		o.numbers = map[uint64]int32{}
	}
	o.numbers[key], o.parents = n, append(o.parents, nil)
	return n
}

// own reports of each commit by its number whether it descends from the own first commit,
// whose number it returns; nil where no history was brought in.
func (o *origins) own() (descends []bool, root int32) {
	for steps := 0; steps < len(o.parents) && len(o.parents[root]) > 0; steps++ {
		root = o.parents[root][0]
	}
	if o.roots < 2 {
		return nil, root
	}
	children := make([][]int32, len(o.parents))
	for child, parents := range o.parents {
		for _, parent := range parents {
			children[parent] = append(children[parent], int32(child))
		}
	}
	descends = make([]bool, len(o.parents))
	descends[root] = true
	for next := []int32{root}; len(next) > 0; {
		last := next[len(next)-1]
		next = next[:len(next)-1]
		for _, child := range children[last] {
			if !descends[child] {
				descends[child] = true
				next = append(next, child)
			}
		}
	}
	return descends, root
}

// settle marks the commits that were brought in, and keeps how the others were converted.
func (h *History) settle(o *origins, dates map[int32]time.Time) {
	descends, root := o.own()
	h.founded = dates[root]
	h.converted = conversion(o.svn, o.bare)
	for _, list := range [][]commit{h.human, h.translations} {
		for i := range list {
			c := &list[i]
			c.broughtIn = descends != nil && !descends[c.number] || !h.founded.IsZero() && c.authored.Before(h.founded.Add(-leadBeforeRoot))
		}
	}
}

// conversion says from what a history was converted, empty where nothing shows that it was.
func conversion(svn, bare int) string {
	switch {
	case svn > 0:
		return fmt.Sprintf("%d commits were converted from Subversion", svn)
	case bare > 0:
		return fmt.Sprintf("%d commits have an account in the place of an address, as conversions from CVS and others leave it", bare)
	}
	return ""
}

// commitsOf counts commits. The detail says how many of them were brought in.
func commitsOf(commits []commit) observation.Measure {
	r := number(len(commits))
	if n := broughtIn(commits); n > 0 {
		r.Detail = fmt.Sprintf("%d of them in a history that was brought in from elsewhere", n)
	}
	return r
}

// broughtIn counts the commits that were brought in with another history.
func broughtIn(commits []commit) int {
	n := 0
	for _, c := range commits {
		if c.broughtIn {
			n++
		}
	}
	return n
}

// broughtInAlone counts the people whose commits were all brought in with another history.
func broughtInAlone(commits []commit) int {
	here := map[int32]bool{}
	for _, c := range commits {
		for a := range c.authors {
			here[a.person] = here[a.person] || !c.broughtIn
		}
	}
	n := 0
	for _, worked := range here {
		if !worked {
			n++
		}
	}
	return n
}

// yes is a measure that holds, with its detail.
func yes(detail string) observation.Measure {
	return observation.Measure{State: observation.Measured, Value: true, Detail: detail}
}
