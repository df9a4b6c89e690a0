package packages

import (
	"fmt"
	"testing"
	"time"

	"github.com/midspan/midspan/internal/observation"
	"github.com/midspan/midspan/scanners"
)

const batch = "POST /v3alpha/versionbatch"

// released are the versions of a package, oldest first, the last of them the default.
func released(days ...string) map[string]any {
	var versions []any
	for i, day := range days {
		v := map[string]any{"versionKey": map[string]any{"system": "NPM", "name": "x", "version": fmt.Sprintf("%d.0.0", i+1)}, "isDefault": i == len(days)-1}
		if day != "" {
			v["publishedAt"] = day + "T00:00:00Z"
		}
		versions = append(versions, v)
	}
	return map[string]any{"packageKey": map[string]any{"system": "NPM", "name": "x"}, "versions": versions}
}

// told answers a batch: what is said of the latest version of each package by its name.
func told(of map[string]map[string]any) func(map[string]any) any {
	return func(body map[string]any) any {
		var responses []any
		for _, r := range body["requests"].([]any) {
			key := r.(map[string]any)["versionKey"].(map[string]any)
			version := map[string]any{"versionKey": key, "isDeprecated": false}
			for field, value := range of[key["name"].(string)] {
				version[field] = value
			}
			responses = append(responses, map[string]any{"request": r, "version": version})
		}
		return map[string]any{"responses": responses}
	}
}

// asks is a repository that asks for packages of npm, by name and version.
func asks(pairs ...string) scanners.Found {
	found := publishes()
	for i := 0; i < len(pairs); i += 2 {
		found.Packages = append(found.Packages, observation.Package{Ecosystem: "npm", Name: pairs[i], Version: pairs[i+1], Relation: observation.Direct})
	}
	return found
}

var ours = map[string]any{"links": []any{map[string]any{"label": "SOURCE_REPO", "url": "git+https://github.com/coast/tide.git"}}}

func TestHowFarBehindItsPackagesAreIsTold(t *testing.T) {
	const libyears, old, deprecated = observation.PackagesLibyears, observation.PackagesDependenciesOld, observation.PackagesDependenciesDeprecated
	developing := asks("fresh", "1.0.0")
	developing.Packages[0].Groups = []string{"dev"}
	transitive := asks("fresh", "1.0.0")
	transitive.Packages[0].Relation = ""
	other := asks("fresh", "1.0.0")
	other.Packages = append(other.Packages, observation.Package{Ecosystem: "Hex", Name: "x", Version: "1", Relation: observation.Direct})
	for name, c := range map[string]struct {
		found  scanners.Found
		change func(*registry)
		failed observation.Cause
		want   map[string]string
	}{
		"two years behind":      {found: asks("fresh", "1.0.0"), want: map[string]string{libyears: "2", old: "0", deprecated: "0"}},
		"the latest":            {found: asks("fresh", "2.0.0"), want: map[string]string{libyears: "0"}},
		"added up":              {found: asks("fresh", "1.0.0", "left", "1.0.0"), want: map[string]string{libyears: "3", old: "1", deprecated: "1"}},
		"a version unknown":     {found: asks("fresh", "9.9.9"), want: map[string]string{libyears: "unknown: not-found", old: "0"}},
		"a package unknown":     {found: asks("fresh", "1.0.0", "nobody", "1.0.0"), want: map[string]string{libyears: "≥ 2", old: "≥ 0", deprecated: "≥ 0"}},
		"days not said":         {found: asks("undated", "1.0.0"), want: map[string]string{libyears: "unknown: not-found", old: "unknown: not-found", deprecated: "0"}},
		"another ecosystem":     {found: other, want: map[string]string{libyears: "≥ 2"}},
		"no version":            {found: asks("fresh", ""), want: map[string]string{libyears: "unknown: not-found"}},
		"for development alone": {found: developing, want: map[string]string{libyears: "none", old: "none"}},
		"relations not said":    {found: transitive, want: map[string]string{libyears: "unknown: no-source"}},
		"no package":            {found: publishes(), want: map[string]string{libyears: "none", observation.PackagesPublished: "none"}},
		"inventory not read":    {found: unreadNames(), want: map[string]string{libyears: "unknown: missing-objects", observation.PackagesPublished: "unknown: broken-input"}},
		"deprecation not said":  {found: asks("fresh", "1.0.0"), change: func(r *registry) { r.answers[batch] = `{"responses":[]}` }, want: map[string]string{libyears: "2", deprecated: "unknown: not-found"}},
		"v3alpha refused":       {found: asks("fresh", "1.0.0"), change: func(r *registry) { r.status[batch] = 403 }, want: map[string]string{libyears: "2", deprecated: "unknown: unreachable"}},
		"v3alpha gone":          {found: asks("fresh", "1.0.0"), change: func(r *registry) { r.status[batch] = 404 }, want: map[string]string{libyears: "2", deprecated: "unknown: not-found"}},
		"v3alpha changed":       {found: asks("fresh", "1.0.0"), change: func(r *registry) { r.answers[batch] = `[1]` }, want: map[string]string{libyears: "2", deprecated: "unknown: broken-input"}},
		"refused":               {found: asks("fresh", "1.0.0"), change: func(r *registry) { r.status["*"] = 403 }, failed: observation.CauseUnreachable},
		"down":                  {found: asks("fresh", "1.0.0"), change: func(r *registry) { r.status["*"] = 500 }, failed: observation.CauseUnreachable},
		"no JSON":               {found: asks("fresh", "1.0.0"), change: func(r *registry) { r.answers["GET /v3/systems/npm/packages/fresh"] = "<html>" }, failed: observation.CauseBroken},
		"no day": {found: asks("fresh", "1.0.0"), change: func(r *registry) {
			r.answers["GET /v3/systems/npm/packages/fresh"] = `{"versions":[{"publishedAt":"x"}]}`
		}, failed: observation.CauseBroken},
		"a limit": {found: asks("fresh", "1.0.0"), change: func(r *registry) { r.status["*"], r.headers["Retry-After"] = 429, "600" }, failed: observation.CauseOverLimit},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistry(t)
			r.answers["GET /v3/systems/npm/packages/fresh"] = released("2023-06-30", "2025-06-29")
			r.answers["GET /v3/systems/npm/packages/left"] = released("2019-06-30", "2020-06-29")
			r.answers["GET /v3/systems/npm/packages/undated"] = released("", "")
			r.answers[batch] = told(map[string]map[string]any{"left": {"isDeprecated": true}})
			if c.change != nil {
				c.change(r)
			}
			tr := &trial{t: t, source: NewDepsDev(Options{Address: r.URL, MaxWait: time.Millisecond}), now: today, found: c.found}
			tr.want(c.failed, c.want)
		})
	}
}

func TestWhatItPublishesIsToldWhereTheRecordNamesTheRepository(t *testing.T) {
	const published, latest, deprecated, dependents = observation.PackagesPublished, observation.PackagesLatestDays, observation.PackagesDeprecated, observation.PackagesDependents
	const counted = "GET /v3alpha/systems/npm/packages/@coast%2Ftide/versions/2.0.0:dependents"
	for name, c := range map[string]struct {
		found  scanners.Found
		change func(*registry)
		want   map[string]string
	}{
		"its own": {found: publishes("npm:@coast/tide"), want: map[string]string{published: "1", latest: "366", deprecated: "[]", dependents: "≥ 42"}},
		"deprecated": {found: publishes("npm:@coast/tide"), change: func(r *registry) {
			r.answers[batch] = told(map[string]map[string]any{"@coast/tide": {"links": ours["links"], "isDeprecated": true, "deprecatedReason": "use\nebb"}})
		}, want: map[string]string{deprecated: "[npm:@coast/tide: use ebb]"}},
		"by project": {found: publishes("npm:@coast/tide"), change: func(r *registry) {
			r.answers[batch] = told(map[string]map[string]any{"@coast/tide": {"relatedProjects": []any{map[string]any{"projectKey": map[string]any{"id": "github.com/coast/tide"}, "relationType": "SOURCE_REPO"}}}})
		}, want: map[string]string{published: "1"}},
		"of another repository": {found: publishes("npm:@coast/tide"), change: func(r *registry) { r.answers[batch] = told(nil) }, want: map[string]string{published: "unknown: no-source", dependents: "unknown: no-source"}},
		"not published":         {found: publishes("npm:gone"), want: map[string]string{published: "unknown: not-found", dependents: "unknown: not-found"}},
		"one of two":            {found: publishes("npm:@coast/tide", "npm:gone"), want: map[string]string{published: "≥ 1", dependents: "≥ 42"}},
		"not resolved":          {found: publishes("npm:@coast/tide"), change: func(r *registry) { r.status[counted] = 404 }, want: map[string]string{published: "1", dependents: "unknown: unsupported"}},
		"dependents refused":    {found: publishes("npm:@coast/tide"), change: func(r *registry) { r.status[counted] = 403 }, want: map[string]string{published: "1", deprecated: "[]", dependents: "unknown: unreachable"}},
		"no count":              {found: publishes("npm:@coast/tide"), change: func(r *registry) { r.answers[counted] = `{}` }, want: map[string]string{dependents: "unknown: unsupported"}},
		"v3alpha down":          {found: publishes("npm:@coast/tide"), change: func(r *registry) { r.status[batch] = 503 }, want: map[string]string{published: "unknown: unreachable"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRegistry(t)
			r.answers["GET /v3/systems/npm/packages/@coast%2Ftide"] = released("2020-06-30", "2025-06-29")
			r.answers[batch] = told(map[string]map[string]any{"@coast/tide": ours})
			r.answers[counted] = map[string]any{"dependentCount": 42, "directDependentCount": 30, "indirectDependentCount": 12}
			if c.change != nil {
				c.change(r)
			}
			tr := &trial{t: t, source: NewDepsDev(Options{Address: r.URL, MaxWait: time.Millisecond}), now: today, found: c.found}
			tr.want("", c.want)
		})
	}
}

// TestHalfAnAnswerDoesNotStandInForAWholeOne asks again where v3alpha does not answer.
func TestHalfAnAnswerDoesNotStandInForAWholeOne(t *testing.T) {
	r := newRegistry(t)
	r.answers["GET /v3/systems/npm/packages/fresh"] = released("2023-06-30", "2025-06-29")
	r.answers[batch] = told(nil)
	tr := &trial{t: t, source: NewDepsDev(Options{Address: r.URL, MaxWait: time.Millisecond}), now: today, found: asks("fresh", "1.0.0")}
	tr.want("", map[string]string{observation.PackagesDependenciesDeprecated: "0"})
	r.status[batch] = 403
	tr.want(observation.CauseUnreachable, nil)
}

// TestEachPackageIsAskedAboutOnce counts the requests of a repository that uses a package
// in two versions and more packages than are asked about.
func TestEachPackageIsAskedAboutOnce(t *testing.T) {
	r := newRegistry(t)
	r.answers[batch] = told(nil)
	var pairs []string
	for i := range maxDependencies {
		name := fmt.Sprintf("p%03d", i)
		pairs = append(pairs, name, "1.0.0")
		r.answers["GET /v3/systems/npm/packages/"+name] = released("2024-06-30", "2025-06-30")
	}
	tr := &trial{t: t, source: NewDepsDev(Options{Address: r.URL, MaxWait: time.Millisecond}), now: today, found: asks(append(pairs, "p000", "2.0.0")...)}
	tr.want("", map[string]string{observation.PackagesLibyears: "≥ 199.9"})
	if n := len(r.calls); n != maxDependencies+1 {
		t.Errorf("%d requests for %d packages", n, maxDependencies)
	}
}
