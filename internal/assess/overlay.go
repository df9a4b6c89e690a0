package assess

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// markUser records the nodes of the user's file. It reports a field or an id that
// stands twice, which the merge would hide.
func (d *decoder) markUser(n *yaml.Node) {
	d.fromUser[n] = true
	for i := 0; n.Kind == yaml.MappingNode && i < len(n.Content); i += 2 {
		for j := range i / 2 {
			if n.Content[2*j].Value == n.Content[i].Value {
				d.fail(d.positionOfNode(n.Content[i]), "the field %q stands twice", n.Content[i].Value)
			}
		}
	}
	named := map[string]bool{}
	for _, child := range n.Content {
		if id := identity(child); n.Kind == yaml.SequenceNode && id != "" {
			if named[id] {
				d.fail(position{child.Line, true}, "the %s stands twice", id)
			}
			named[id] = true
		}
		d.markUser(child)
	}
}

// overlay merges user into base: mappings field by field, lists whose items have
// an id by that id; any other value is replaced.
func (d *decoder) overlay(base, user *yaml.Node) {
	for i := 0; i+1 < len(user.Content); i += 2 {
		key, value := user.Content[i], user.Content[i+1]
		if other := map[string]string{"all": "any", "any": "all"}[key.Value]; field(user, other) == nil {
			dropField(base, other) // a user's "all" replaces an embedded "any", and the reverse
		}
		have := field(base, key.Value)
		switch {
		case have == nil:
			base.Content = append(base.Content, key, value)
		case have.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode:
			d.overlay(have, value)
		case allHaveID(have) && allHaveID(value):
			d.overlayList(have, value)
		default:
			setField(base, key, value)
		}
	}
}

func (d *decoder) overlayList(base, user *yaml.Node) {
	for _, item := range user.Content {
		i := slices.IndexFunc(base.Content, func(n *yaml.Node) bool { return identity(n) == identity(item) })
		if i < 0 {
			base.Content = append(base.Content, item)
			continue
		}
		d.overlay(base.Content[i], item)
		base.Content[i].Line = item.Line
		d.fromUser[base.Content[i]] = true
	}
}

// allHaveID reports a list whose items all have an id.
func allHaveID(n *yaml.Node) bool {
	return n.Kind == yaml.SequenceNode && len(n.Content) > 0 &&
		!slices.ContainsFunc(n.Content, func(item *yaml.Node) bool { return identity(item) == "" })
}

// identity is the id of a rule or pillar or the name of a stage.
func identity(n *yaml.Node) string {
	for _, key := range []string{"id", "stage"} {
		if v := field(n, key); v != nil {
			return key + " " + v.Value
		}
	}
	return ""
}

func field(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

func setField(n, key, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key.Value {
			n.Content[i], n.Content[i+1] = key, value
		}
	}
}

func dropField(n *yaml.Node, key string) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			n.Content = slices.Delete(n.Content, i, i+2)
			return
		}
	}
}
