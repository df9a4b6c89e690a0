// Package vex reads and writes OpenVEX documents: what a maintainer answers to the
// advisories that affect a dependency. It knows no report and asks no network.
//
// The format is OpenVEX 0.2.0, https://github.com/openvex/spec. Its Go library brings
// attestation formats and a second SARIF library with it; the few types that are needed
// stand here.
package vex

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/midspan/midspan/internal/files"
	"github.com/midspan/midspan/internal/observation"
)

const (
	// namespace begins the context of every version of OpenVEX; version is written.
	namespace = "https://openvex.dev/ns"
	context   = namespace + "/v0.2.0"
	// maxFile bounds a document, in bytes.
	maxFile = 16 << 20
	// unknownAuthor stands where nobody is named, as in OpenVEX's own tools.
	unknownAuthor = "Unknown Author"
)

// Document is an OpenVEX document.
type Document struct {
	Context    string      `json:"@context"`
	ID         string      `json:"@id"`
	Author     string      `json:"author"`
	Timestamp  time.Time   `json:"timestamp"`
	Updated    time.Time   `json:"last_updated,omitzero"`
	Version    int         `json:"version"`
	Tooling    string      `json:"tooling,omitempty"`
	Statements []Statement `json:"statements"`
}

// Statement says of one vulnerability how it concerns some products.
type Statement struct {
	Vulnerability   Vulnerability `json:"vulnerability"`
	Timestamp       time.Time     `json:"timestamp,omitzero"`
	Products        []Product     `json:"products"`
	Status          string        `json:"status"`
	Notes           string        `json:"status_notes,omitempty"`
	Justification   string        `json:"justification,omitempty"`
	ImpactStatement string        `json:"impact_statement,omitempty"`
	ActionStatement string        `json:"action_statement,omitempty"`
}

// Vulnerability is named by an id of any database.
type Vulnerability struct {
	ID      string   `json:"@id,omitempty"`
	Name    string   `json:"name"`
	Aliases []string `json:"aliases,omitempty"`
}

// Product is a purl or the address of a repository; its subcomponents are dependencies.
type Product struct {
	ID            string            `json:"@id,omitempty"`
	Identifiers   map[string]string `json:"identifiers,omitempty"`
	Subcomponents []Product         `json:"subcomponents,omitempty"`
}

// justifications are those that OpenVEX lists for not_affected.
var justifications = []string{"component_not_present", "vulnerable_code_not_present", "vulnerable_code_not_in_execute_path",
	"vulnerable_code_cannot_be_controlled_by_adversary", "inline_mitigations_already_exist"}

// Parse reads a document and holds it against the rules of OpenVEX.
func Parse(text []byte) (Document, error) {
	var doc Document
	if err := json.Unmarshal(text, &doc); err != nil {
		return doc, fmt.Errorf("it is no OpenVEX document: %w", err)
	}
	if !strings.HasPrefix(doc.Context, namespace) {
		return doc, fmt.Errorf("it is no OpenVEX document: its @context is %.80q, and begins with %s in one", doc.Context, namespace)
	}
	for i, s := range doc.Statements {
		if err := s.check(); err != nil {
			return doc, fmt.Errorf("statement %d, on %.80q: %w", i+1, s.Vulnerability.Name, err)
		}
	}
	return doc, nil
}

func (s Statement) check() error {
	switch observation.AnswerStatus(s.Status) {
	case observation.NotAffected:
		if s.Justification == "" && s.ImpactStatement == "" {
			return errors.New("not_affected needs a justification or an impact_statement")
		}
	case observation.Fixed, observation.Affected, observation.UnderInvestigation:
	default:
		return fmt.Errorf("there is no status %.80q; there are not_affected, affected, fixed and under_investigation", s.Status)
	}
	if s.Justification != "" && !slices.Contains(justifications, s.Justification) {
		return fmt.Errorf("there is no justification %.80q; there are %s", s.Justification, strings.Join(justifications, ", "))
	}
	if s.Vulnerability.Name == "" && s.Vulnerability.ID == "" {
		return errors.New("it names no vulnerability")
	}
	return nil
}

// Answers are the statements of some documents, the oldest first. Nil has none.
type Answers struct {
	statements []given
	digest     string
}

// given is a statement with its author and its time.
type given struct {
	Statement
	author string
	at     time.Time
}

// Open reads documents of the command line.
func Open(paths []string) (*Answers, error) {
	if len(paths) == 0 {
		return nil, nil
	}
	a, sum := &Answers{}, sha256.New()
	for _, path := range paths {
		text, err := files.ReadInput(path, maxFile)
		if err != nil {
			return nil, fmt.Errorf("vex: %w", err)
		}
		doc, err := Parse(text)
		if err != nil {
			return nil, fmt.Errorf("vex: %s: %w", path, err)
		}
		fmt.Fprintf(sum, "%d\n%s", len(text), text)
		a.add(doc)
	}
	a.digest = hex.EncodeToString(sum.Sum(nil)[:16])
	return a, nil
}

func (a *Answers) add(doc Document) {
	for _, s := range doc.Statements {
		at := s.Timestamp
		if at.IsZero() {
			at = doc.Updated
		}
		if at.IsZero() {
			at = doc.Timestamp
		}
		a.statements = append(a.statements, given{s, doc.Author, at})
	}
	slices.SortStableFunc(a.statements, func(x, y given) int { return x.at.Compare(y.at) })
}

// Digest names what the documents say; empty where there are none.
func (a *Answers) Digest() string {
	if a == nil {
		return ""
	}
	return a.digest
}

// Apply returns the findings of a repository with the newest answer to each.
func (a *Answers) Apply(repository string, findings []observation.Finding) []observation.Finding {
	if a == nil {
		return findings
	}
	findings = slices.Clone(findings)
	for i := range findings {
		for _, s := range slices.Backward(a.statements) {
			if s.Vulnerability.isOf(findings[i]) && slices.ContainsFunc(s.Products, func(p Product) bool { return p.covers(repository, findings[i].Package) }) {
				said := s.ImpactStatement
				for _, other := range []string{s.ActionStatement, s.Notes} {
					if said == "" {
						said = other
					}
				}
				findings[i].Answer = &observation.Answer{Status: observation.AnswerStatus(s.Status), Justification: s.Justification, Statement: said,
					Author: s.author, At: s.at}
				break
			}
		}
	}
	return findings
}

// isOf reports whether a finding is on the vulnerability, by its id or by an alias.
func (v Vulnerability) isOf(f observation.Finding) bool {
	names := append([]string{v.Name, v.ID, v.ID[strings.LastIndexByte(v.ID, '/')+1:]}, v.Aliases...)
	for _, id := range append([]string{f.Advisory}, f.Aliases...) {
		if slices.ContainsFunc(names, func(name string) bool { return name != "" && strings.EqualFold(name, id) }) {
			return true
		}
	}
	return false
}

// Encode writes a document. Its id is made of its content: the same document gives the
// same bytes.
func Encode(w io.Writer, doc Document) error {
	doc.Context, doc.Version = context, max(doc.Version, 1)
	if doc.Author == "" {
		doc.Author = unknownAuthor
	}
	content, err := json.Marshal(doc)
	if err != nil {
		return fmt.Errorf("write OpenVEX: %w", err)
	}
	doc.ID = "https://openvex.dev/docs/public/vex-" + uuid.NewSHA1(uuid.NameSpaceURL, content).String()
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(doc); err != nil {
		return fmt.Errorf("write OpenVEX: %w", err)
	}
	return nil
}
