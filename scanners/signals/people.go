package signals

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/lazy"
	"github.com/midspan/midspan/internal/observation"
)

// maxGovernance bounds how many governance files are read.
const maxGovernance = 20

// governanceKind are the files that name who is responsible for a repository.
var governanceKind = fileKind{[]string{".", ".github", "docs", ".gitlab", ".gitea", ".forgejo"}, isGovernance}

func isGovernance(name string) bool {
	return named("codeowners")(name) || document("governance", "maintainers", "owners")(name)
}

// The ways in which such a file names people and teams. A handle with a slash is
// a team, and counts in CODEOWNERS alone: elsewhere it is as well a package.
var (
	handlePattern  = lazy.Pattern(`(?:^|[\s(\[,:"'|*])@([A-Za-z0-9][A-Za-z0-9_.-]{0,99})(/[A-Za-z0-9_./-]+)?`)
	addressPattern = lazy.Pattern(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)
	profilePattern = lazy.Pattern(`https?://(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org)/([A-Za-z0-9][A-Za-z0-9_.-]{0,99})/?(?:[\s)\]"'>|]|$)`)
	// listedPattern is an entry of Kubernetes' OWNERS files: a handle without a sign.
	listedPattern = lazy.Pattern(`^\s*-\s*([A-Za-z0-9][A-Za-z0-9_.-]{0,99})\s*$`)
)

// roleAddresses are the local parts of addresses that belong to no single person.
var roleAddresses = []string{"info", "security", "support", "contact", "conduct", "hello", "team", "admin",
	"help", "privacy", "legal", "maintainers", "dev", "opensource", "noreply"}

// namedCount holds who was named, as long as one scan lasts: what leaves it is
// numbers.
type namedCount struct{ people, teams map[string]bool }

// scanNamed counts the people and teams that governance files name. Handles,
// addresses and links to profiles can be counted; names in prose cannot, so that
// what a text holds is a lower bound, and unknown where it holds none of those.
func scanNamed(out *measureSet, files *tree) {
	const people, teams = observation.GovernancePeopleNamed, observation.GovernanceTeamsNamed
	found := files.of(governanceKind)
	if len(found) == 0 {
		for _, id := range []string{people, teams} {
			out.measured(id, 0, files.source).Detail = "there is no CODEOWNERS, MAINTAINERS, OWNERS or GOVERNANCE file"
		}
		return
	}
	count := namedCount{map[string]bool{}, map[string]bool{}}
	bound, prose := observation.Exact, false
	for _, file := range found[:min(len(found), maxGovernance)] {
		data, err := files.read(file)
		if err != nil {
			out.unreadable(people, err)
			out.unreadable(teams, err)
			return
		}
		codeowners := strings.EqualFold(path.Base(file), "codeowners")
		prose = prose || !codeowners
		count.add(string(data), codeowners)
	}
	if prose {
		bound = observation.AtLeast
	}
	read := fmt.Sprintf("%s of %s", strings.Join(found, ", "), strings.TrimPrefix(files.source, "files of "))
	for _, m := range []struct {
		id string
		n  int
	}{{people, len(count.people)}, {teams, len(count.teams)}} {
		if m.n == 0 && prose {
			out.unknown(m.id, observation.CauseUnsupported, strings.Join(found, ", ")+": names in prose are not read, and it holds no handle, address or profile")
			continue
		}
		out.measured(m.id, m.n, read).Bound = bound
	}
}

// add counts whom a text names. An address counts only where its line has no
// handle, for then both are of one person.
func (c namedCount) add(text string, codeowners bool) {
	for line := range strings.Lines(text) {
		if codeowners {
			line, _, _ = strings.Cut(line, "#")
		}
		names := c.handles(line, codeowners)
		for _, match := range profilePattern().FindAllStringSubmatch(line, -1) {
			names = append(names, match[1])
		}
		if match := listedPattern().FindStringSubmatch(line); match != nil && !codeowners {
			names = append(names, match[1])
		}
		if len(names) == 0 {
			names = addresses(line)
		}
		for _, name := range names {
			c.people[strings.ToLower(name)] = true
		}
	}
}

// handles returns the people of a line, and counts its teams.
func (c namedCount) handles(line string, codeowners bool) []string {
	var people []string
	for _, match := range handlePattern().FindAllStringSubmatch(line, -1) {
		switch {
		case match[2] == "":
			people = append(people, match[1])
		case codeowners:
			c.teams[strings.ToLower(match[1]+match[2])] = true
		}
	}
	return people
}

func addresses(line string) []string {
	return slices.DeleteFunc(addressPattern().FindAllString(line, -1), func(a string) bool {
		local, _, _ := strings.Cut(strings.ToLower(a), "@")
		return slices.Contains(roleAddresses, local)
	})
}
