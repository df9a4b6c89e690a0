package maintenance

import (
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/gitrepo"
)

// People tells people from machines, and takes the names and addresses of one person for
// one, by the rules of this package. It is for the scanners in folders of this one, which
// count the same people in other ways. It holds no name and no address: people are numbers
// that mean nothing outside it. It is for one goroutine.
type People struct{ ids *identities }

// NewPeople begins to read a history of an owner's repository.
func NewPeople(owner Owner) People { return People{newIdentities(owner)} }

// Of returns the number of who bears a name and an address; false where it is a machine.
// Final gives the number that holds at the end of reading.
func (p People) Of(name, address string) (int32, bool) {
	a := p.ids.of(name, address)
	return a.person, a.person != none
}

// Authors returns the author and the co-authors of a commit who are people; machine is true
// where its author is none.
func (p People) Authors(c gitrepo.Commit) (people []int32, machine bool) {
	author, isPerson := p.Of(c.Author, c.Email)
	if !isPerson {
		return nil, true
	}
	people = append(people, author)
	for _, other := range p.ids.coAuthors(c) {
		people = append(people, other.person)
	}
	return people, false
}

// Final returns the number that all identities of a person share. Call it when all was read.
func (p People) Final(person int32) int32 { return p.ids.root(person) }

// OrganizationOf is the registrable domain of an address, as of organizations; empty where it
// is nobody's: a host of free mail, a forge, a machine.
func OrganizationOf(address string) string { return organization(address) }

// Fewest is how many of the most active, by their counts, made half of all: the absence
// factor.
func Fewest(counts map[int32]int) int { return fewestWithHalf(counts) }

// coAuthors are the people whom the trailers of a commit name.
func (ids *identities) coAuthors(c gitrepo.Commit) []author {
	var others []author
	for _, value := range c.CoAuthors {
		name, address, _ := strings.Cut(strings.TrimSuffix(strings.TrimSpace(value), ">"), "<")
		if other := ids.of(strings.TrimSpace(name), address); other.person != none {
			others = append(others, other)
		}
	}
	return others
}

// AreReleases reports of each tag whether it names something that was published, by the
// rules by which releases are counted.
func AreReleases(tags []gitrepo.Tag) map[string]bool {
	candidates := shaped(tags)
	ships := runsOf(candidates)
	found := map[string]bool{}
	for _, tag := range slices.DeleteFunc(candidates, func(t shapedTag) bool { return !t.isRelease(ships) }) {
		found[tag.Tag.Name] = true
	}
	return found
}

// YearBefore is the time after which the last 12 months begin.
func YearBefore(at time.Time) time.Time { return monthsBefore(at, 12) }
