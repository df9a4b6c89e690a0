package portfolio

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/midspan/midspan/internal/observation"
)

// maxRounds bounds how often a target is raised: few packages have so many branches that
// are fixed separately.
const maxRounds = 8

// route is where packages that are released together go from one version in use; most
// packages are alone.
type route struct {
	members  []*plan
	from, to string
	// best is the target of those looked at that leaves the fewest vulnerabilities open;
	// empty before one was looked at.
	best string
	open int
	done bool
}

// checkPlans looks up the vulnerabilities of the target versions, and raises a target
// while it has one that a release fixes. Each package goes to the target that leaves the
// fewest open, the lowest of those.
func checkPlans(plans []*plan, later func(ecosystem, a, b string) string, affected func([]observation.Package) ([]observation.Finding, error)) error {
	routes := routesOf(plans, later)
	for range maxRounds {
		wanted := map[observation.Coordinate]*plan{}
		for _, r := range routes {
			for _, each := range r.members {
				if _, known := each.atTarget[r.to]; !known && !r.done {
					wanted[observation.Coordinate{Ecosystem: each.ecosystem, Name: each.spelling, Version: r.to}] = each
				}
			}
		}
		if err := lookUp(wanted, affected); err != nil {
			return err
		}
		for _, r := range routes {
			r.raise(later)
		}
		if !slices.ContainsFunc(routes, func(r *route) bool { return !r.done }) {
			break
		}
	}
	for _, r := range routes {
		for _, each := range r.members {
			if each.to[r.from] = r.best; r.best == "" {
				delete(each.to, r.from)
			}
		}
	}
	for _, each := range plans {
		each.checked = true
	}
	return nil
}

// routesOf are the routes of plans. A family begins at the latest target of its members.
func routesOf(plans []*plan, later func(ecosystem, a, b string) string) []*route {
	type key struct {
		packageName
		from string
	}
	at := map[key]*route{}
	for _, each := range plans {
		for from, to := range each.to {
			k := key{family(each.packageName), from}
			r := at[k]
			if r == nil {
				r = &route{from: from, to: to}
				at[k] = r
			}
			r.to, r.members = later(each.ecosystem, r.to, to), append(r.members, each)
		}
	}
	return slices.Collect(maps.Values(at))
}

// raise notes how good the target is, and goes on to the next one. A malicious release is
// no target.
func (r *route) raise(later func(ecosystem, a, b string) string) {
	if r.done {
		return
	}
	open, malicious, next := 0, false, r.to
	for _, each := range r.members {
		open += len(each.atTarget[r.to])
		malicious = malicious || slices.ContainsFunc(each.atTarget[r.to], func(w vulnerability) bool { return w.malicious })
		next = upgradeTarget(each.ecosystem, next, each.atTarget[r.to], later)
	}
	if malicious {
		open = math.MaxInt
	}
	if !malicious && (r.best == "" || open < r.open) {
		r.best, r.open = r.to, open
	}
	r.done, r.to = next == r.to, next
}

// lookUp stores the vulnerabilities of the wanted releases in their plans.
func lookUp(wanted map[observation.Coordinate]*plan, affected func([]observation.Package) ([]observation.Finding, error)) error {
	var packages []observation.Package
	for _, r := range slices.SortedFunc(maps.Keys(wanted), observation.Coordinate.Compare) {
		packages = append(packages, observation.Package{Ecosystem: r.Ecosystem, Name: r.Name, Version: r.Version})
		wanted[r].atTarget[r.Version] = []vulnerability{}
	}
	if len(packages) == 0 {
		return nil
	}
	findings, err := affected(packages)
	if err != nil {
		return err
	}
	for _, group := range groupByRelease(findings) {
		r := group[0].Package.Coordinate()
		if each := wanted[r]; each != nil {
			each.atTarget[r.Version] = vulnerabilitiesOf(group)
		}
	}
	return nil
}

// families are packages that are released together under one version: those of Ruby on
// Rails, and those of which a part of the name says so.
var families = map[string]map[string]string{
	"RubyGems": {
		"rails": "rails", "railties": "rails", "actioncable": "rails", "actionmailbox": "rails", "actionmailer": "rails", "actionpack": "rails",
		"actiontext": "rails", "actionview": "rails", "activejob": "rails", "activemodel": "rails", "activerecord": "rails", "activestorage": "rails",
		"activesupport": "rails",
	},
	"npm":       {"@angular/": "@angular/"},
	"Packagist": {"symfony/": "symfony/", "illuminate/": "illuminate/"},
	"Maven": {
		"io.netty:": "io.netty:", "org.springframework:": "org.springframework:", "org.springframework.boot:": "org.springframework.boot:",
		"org.springframework.security:": "org.springframework.security:", "org.apache.tomcat.embed:": "org.apache.tomcat.embed:",
		"org.eclipse.jetty:": "org.eclipse.jetty:", "org.apache.logging.log4j:": "org.apache.logging.log4j:",
	},
}

// family is the name under which a package is released together with others, or its own.
// Two of a family that are in use at one version go to one target.
func family(name packageName) packageName {
	of := families[name.ecosystem]
	group := of[name.name]
	if end := strings.IndexAny(name.name, "/:"); group == "" && end >= 0 {
		group = of[name.name[:end+1]]
	}
	if group == "" {
		return name
	}
	return packageName{name.ecosystem, group}
}
