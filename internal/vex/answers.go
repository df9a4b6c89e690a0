package vex

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
)

// Answers are the statements of some documents. Nil has none.
//
// OpenVEX calls what a statement is about its product, and the part of it in which the
// vulnerability lies a subcomponent. So a statement on a repository or a good answers for
// it: for the packages that are its subcomponents, or where it has none for all. A
// statement whose product is a package speaks of that package, and does not know which
// good uses it how. It answers where one good alone is asked, for the good that the file
// was given for, and for the repository in which the file lies.
type Answers struct {
	statements []given
	sources    []source // of the statements
	index      map[answerKey][]indexed
	digest     string
	alone      bool // one good is asked
}

// given is a statement with its author, its time and where it comes from.
type given struct {
	Statement
	author string
	at     time.Time
	source source
}

// source is a file of the command line.
type source struct {
	path string // absolute; empty for standard input
	good string // for which it was given, or empty
}

// answerKey is what is looked up: an id of a vulnerability, what a product is (empty for a
// package alone), and the package (empty for all).
type answerKey struct{ vulnerability, subject, part string }

// indexed is a statement under a key.
type indexed struct {
	statement int
	version   string // of the package; empty for all
}

// Open reads documents of the command line: FILE, or GOOD=FILE for one good.
func Open(arguments []string) (*Answers, error) {
	if len(arguments) == 0 {
		return nil, nil
	}
	a, sum := &Answers{}, sha256.New()
	for _, argument := range arguments {
		from, name := sourceOf(argument)
		text, err := files.ReadInput(name, maxFile)
		if err != nil {
			return nil, fmt.Errorf("vex: %w", err)
		}
		doc, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("vex: %s: %w", name, err)
		}
		fmt.Fprintf(sum, "%q\n%d\n%s", from.good, len(text), text)
		a.add(doc, from)
	}
	a.digest = hex.EncodeToString(sum.Sum(nil)[:16])
	a.reindex()
	return a, nil
}

// sourceOf reads an argument. A file whose name holds "=" is one.
func sourceOf(argument string) (from source, name string) {
	name = argument
	if good, rest, found := strings.Cut(argument, "="); found {
		if _, err := os.Lstat(argument); err != nil {
			from.good, name = good, rest
		}
	}
	if name != files.StandardInput {
		from.path, _ = filepath.Abs(name)
	}
	return from, name
}

// add adds the statements of a document. reindex must follow.
func (a *Answers) add(doc Document, from source) {
	if len(doc.Statements) > 0 && !slices.Contains(a.sources, from) {
		a.sources = append(a.sources, from)
	}
	for _, s := range doc.Statements {
		at := s.Timestamp
		if at.IsZero() {
			at = doc.Updated
		}
		if at.IsZero() {
			at = doc.Timestamp
		}
		a.statements = append(a.statements, given{s, doc.Author, at, from})
	}
}

// reindex sorts the statements by time, and makes the index.
func (a *Answers) reindex() {
	slices.SortStableFunc(a.statements, func(x, y given) int { return x.at.Compare(y.at) })
	a.index = map[answerKey][]indexed{}
	for i, s := range a.statements {
		for _, vulnerability := range s.Vulnerability.ids() {
			for _, p := range s.Products {
				a.indexProduct(i, vulnerability, p)
			}
		}
	}
}

func (a *Answers) indexProduct(i int, vulnerability string, p Product) {
	put := func(subject, part, version string) {
		key := answerKey{vulnerability, subject, part}
		a.index[key] = append(a.index[key], indexed{i, version})
	}
	putPackage := func(subject, id string) bool {
		part, version, ok := packageOf(id)
		if ok {
			put(subject, part, version)
		}
		if strings.HasPrefix(id, "pkg:") {
			put(subject, purlKey(id), "")
		}
		return ok
	}
	for _, id := range p.ids() {
		if id == "" || putPackage("", id) {
			continue
		}
		subject := subjectOf(id)
		if len(p.Subcomponents) == 0 {
			put(subject, "", "")
		}
		for _, part := range p.Subcomponents {
			for _, id := range part.ids() {
				putPackage(subject, id)
			}
		}
	}
}

// ids are the names of a vulnerability, as they are compared.
func (v Vulnerability) ids() []string {
	return plainIDs(append([]string{v.Name, v.ID, v.ID[strings.LastIndexByte(v.ID, '/')+1:]}, v.Aliases...))
}

// plainIDs are ids in lower case, each once, without empty ones.
func plainIDs(ids []string) []string {
	var all []string
	for _, id := range ids {
		if id = strings.ToLower(id); id != "" && !slices.Contains(all, id) {
			all = append(all, id)
		}
	}
	return all
}

// Digest names what the documents say; empty where there are none.
func (a *Answers) Digest() string {
	if a == nil {
		return ""
	}
	if a.alone {
		return a.digest + " of one good"
	}
	return a.digest
}

// ForOneGood are the answers where one good alone is asked.
func (a *Answers) ForOneGood() *Answers {
	if a == nil {
		return nil
	}
	one := *a
	one.alone = true
	return &one
}

// GivenFor lists the names of the goods for which files were given.
func (a *Answers) GivenFor() []string {
	var names []string
	if a == nil {
		return names
	}
	for _, s := range a.statements {
		if good := s.source.good; good != "" && !slices.Contains(names, good) {
			names = append(names, good)
		}
	}
	return names
}

// Target is a repository of a good.
type Target struct {
	Good       string   // its id
	Aliases    []string // its other ids
	Repository string   // its address
	Remotes    []string // of a work tree: the addresses that it was cloned from
	Folder     string   // in which it is read where it stands; empty where it is not
	// Given reports whether a name, for which a file was given, is that of the good.
	Given func(name string) bool
}

// subjects are the keys under which statements name the target.
func (t Target) subjects() []string {
	var all []string
	for _, id := range slices.Concat([]string{t.Repository, t.Good}, t.Aliases, t.Remotes) {
		if id != "" {
			all = append(all, subjectOf(id))
		}
	}
	return all
}

// takesPackages reports whether a statement on a package alone answers for the target.
func (a *Answers) takesPackages(t Target, from source) bool {
	if a.alone || from.good != "" && t.Given != nil && t.Given(from.good) {
		return true
	}
	if t.Folder == "" || from.path == "" {
		return false
	}
	inside, err := files.Inside(from.path, t.Folder)
	return err == nil && inside
}

// CountUnnamed counts the statements that answer for none of these targets, because no
// product of theirs names one, and all statements.
func (a *Answers) CountUnnamed(targets []Target) (unnamed, all int) {
	if a == nil {
		return 0, 0
	}
	known, takes := map[string]bool{}, map[source]bool{}
	for _, t := range targets {
		for _, subject := range t.subjects() {
			known[subject] = true
		}
		for _, from := range a.sources {
			takes[from] = takes[from] || a.takesPackages(t, from)
		}
	}
	for _, s := range a.statements {
		if !slices.ContainsFunc(s.Products, func(p Product) bool {
			return slices.ContainsFunc(p.ids(), func(id string) bool {
				isPackage := isPackageID(id)
				return isPackage && takes[s.source] || !isPackage && known[subjectOf(id)]
			})
		}) {
			unnamed++
		}
	}
	return unnamed, len(a.statements)
}

// Apply returns the findings of a repository with the newest answer to each.
func (a *Answers) Apply(of Target, findings []observation.Finding) []observation.Finding {
	if a == nil {
		return findings
	}
	findings = slices.Clone(findings)
	subjects, takes := of.subjects(), map[source]bool{}
	for _, from := range a.sources {
		takes[from] = a.takesPackages(of, from)
	}
	for i := range findings {
		if newest := a.newest(findings[i], subjects, takes); newest >= 0 {
			findings[i].Answer = a.statements[newest].answer()
		}
	}
	return findings
}

// newest is the newest statement that answers a finding, or -1.
func (a *Answers) newest(f observation.Finding, subjects []string, takes map[source]bool) int {
	newest := -1
	parts, version := []string{packageKey(f.Package.Ecosystem, f.Package.Name)}, plainVersion(f.Package.Version)
	if f.Package.PURL != "" {
		parts = append(parts, purlKey(f.Package.PURL))
	}
	look := func(key answerKey, bare bool) {
		for _, each := range slices.Backward(a.index[key]) { // the newest is the last
			if each.statement <= newest {
				return
			}
			if (each.version == "" || each.version == version) && (!bare || takes[a.statements[each.statement].source]) {
				newest = each.statement
				return
			}
		}
	}
	for _, vulnerability := range plainIDs(append([]string{f.Advisory}, f.Aliases...)) {
		for _, part := range parts {
			look(answerKey{vulnerability, "", part}, true)
		}
		for _, subject := range subjects {
			for _, part := range append(parts, "") {
				look(answerKey{vulnerability, subject, part}, false)
			}
		}
	}
	return newest
}

func (s given) answer() *observation.Answer {
	return &observation.Answer{Status: observation.AnswerStatus(s.Status), Justification: s.Justification,
		Statement: cmp.Or(s.ImpactStatement, s.ActionStatement, s.Notes), Author: s.author, At: s.at}
}
