package signals

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/midspan/midspan/catalog"
	"github.com/midspan/midspan/internal/observation"
)

// modelCardKind are the files in which a model is described beside the readme.
var modelCardKind = fileKind{conventionalFolders, document("model_card", "model-card", "modelcard")}

// cardFields are the fields of the metadata of a model card that say what a model was made
// of and what it may be used for. The metadata is YAML between two lines of dashes at the
// head of the card, as the Hugging Face Hub's specification of model cards has it.
var cardFields = []string{"base_model", "datasets", "license", "metrics"}

// modelFields are those that a head has only where it is a model's: pages of other kinds
// have a licence, too.
var modelFields = []string{"base_model", "library_name", "metrics", "model-index", "pipeline_tag"}

// scanModelCard lists which fields the model card names: none of them where there is a
// card without metadata, and not applicable where there is no card.
func scanModelCard(out *measureSet, files *tree, readme readmeFile) {
	const id = observation.ModelCardFields
	file := files.firstOf(modelCardKind)
	if file != "" {
		data, err := files.read(file)
		if err != nil {
			out.unreadable(id, err)
			return
		}
		head := cardHead(string(data))
		out.measured(id, namedFields(head, cardFields), file)
		return
	}
	if readme.err != nil {
		out.unreadable(id, readme.err)
		return
	}
	head := cardHead(readme.body)
	if len(namedFields(head, modelFields)) == 0 {
		out.notApplicable(id, "no file is a model card")
		return
	}
	out.measured(id, namedFields(head, cardFields), readme.path)
}

// namedFields are those of the names that a head has with a value, sorted.
func namedFields(head map[string]yaml.Node, names []string) []string {
	found := []string{}
	for _, name := range names {
		if value, ok := head[name]; ok && (value.Value != "" || len(value.Content) > 0) && value.Tag != "!!null" {
			found = append(found, name)
		}
	}
	slices.Sort(found)
	return found
}

// cardHead reads the YAML between two lines of dashes at the head of a text; nil where
// there is none, or it does not parse.
func cardHead(text string) map[string]yaml.Node {
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	rest, ok := strings.CutPrefix(text, "---\n")
	end := strings.Index("\n"+rest, "\n---")
	if !ok || end < 0 {
		return nil
	}
	head := map[string]yaml.Node{}
	if yaml.Unmarshal([]byte(rest[:end]), &head) != nil {
		return nil
	}
	return head
}

// writeModelCard says of a model whether a card was found, and of nothing else.
func writeModelCard(out *measureSet, good catalog.Good, found []observation.Measure, source string) {
	const id = observation.ModelCard
	fields, read := observation.Find(found, observation.ModelCardFields)
	switch {
	case !slices.Contains(good.Types, "aimodel"):
		out.notApplicable(id, "the catalog does not call it a model")
	case !read:
		out.unknown(id, observation.CauseNoRepository, "no repository was read for it")
	case fields.State == observation.Unknown:
		out.unknown(id, fields.Cause, fields.Detail)
	default:
		list, named := fields.List()
		m := out.measured(id, named, source)
		if m.Detail = "no file of its repositories is a model card"; named {
			m.Detail = "its card names no field of its metadata"
			if len(list) > 0 {
				m.Detail = "its card names " + strings.Join(list, ", ")
			}
		}
	}
}
