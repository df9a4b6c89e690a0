// Package vex reads and writes OpenVEX documents: what a maintainer answers to the
// advisories that affect a dependency. It knows no report and asks no network.
//
// The format is OpenVEX 0.2.0, https://github.com/openvex/spec. Its Go library brings
// attestation formats and a second SARIF library with it; the few types that are needed
// stand here.
package vex

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

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
