package pipeline

import (
	"fmt"
	"slices"
	"time"

	"github.com/midspan/midspan/internal/config"
	"github.com/midspan/midspan/internal/policy"
	"github.com/midspan/midspan/internal/report"
	"github.com/midspan/midspan/scanners"
	"github.com/midspan/midspan/scanners/evidence"
	"github.com/midspan/midspan/scanners/maintenance/functions"
	"github.com/midspan/midspan/scanners/osv/replay"
	"github.com/midspan/midspan/scanners/registry"
)

// openPolicies opens the policies of the settings.
func (p *Pipeline) openPolicies() error {
	p.policies = nil
	for _, name := range p.cfg.Policies {
		one, err := policy.Open(name, p.nameable())
		if err != nil {
			return err
		}
		if slices.ContainsFunc(p.policies, func(other *policy.Policy) bool { return other.ID == one.ID }) {
			return fmt.Errorf("two policies have the id %s", one.ID)
		}
		p.policies = append(p.policies, one)
	}
	return nil
}

// TurnOn turns on the optional scanners whose measures a policy reads, and returns the
// settings of all of them by the scanner's name.
func TurnOn(cfg *config.Config, policies []*policy.Policy) map[string]*bool {
	settings := map[string]*bool{functions.Name: &cfg.Functions, evidence.Name: &cfg.Evidence, replay.Name: &cfg.Replay}
	for _, scanner := range registry.Optional() {
		measures := slices.Concat(scanner.Definitions(), matchedOf(scanner))
		if slices.ContainsFunc(policies, func(one *policy.Policy) bool { return one.Reads(measures...) }) {
			*settings[scanner.Name()] = true
		}
	}
	return settings
}

// addOptional adds the scanners of which a setting or a policy asks for a measure, and takes
// away the others. They stand behind the rest in an order of their own. What is wrong with a
// policy is reported where the policies are opened to be asked.
func (p *Pipeline) addOptional() {
	p.unasked = registry.Optional()
	p.scanners = slices.DeleteFunc(slices.Clone(p.scanners), func(one scanners.Scanner) bool {
		return slices.ContainsFunc(p.unasked, func(optional scanners.Scanner) bool { return optional.Name() == one.Name() })
	})
	_ = p.openPolicies()
	cfg := p.cfg
	on := TurnOn(&cfg, p.policies)
	p.unasked = slices.DeleteFunc(p.unasked, func(scanner scanners.Scanner) bool {
		if !*on[scanner.Name()] {
			return false
		}
		p.scanners = append(p.scanners, scanner)
		return true
	})
}

// ask asks the policies of the run of a good, and counts its outcomes in asked.
func (p *Pipeline) ask(good report.Good, asOf time.Time, asked []report.AskedPolicy) []report.PolicyAnswer {
	var answers []report.PolicyAnswer
	for i, one := range p.policies {
		answer := report.AnswerOf(one.Evaluate(good.Subject(asOf)))
		asked[i].Outcomes[answer.Outcome]++
		answers = append(answers, answer)
	}
	return answers
}

// CheckPolicies returns an error for a policy that lies in a work tree under check.
func CheckPolicies(names, trees []string) error {
	for _, name := range names {
		if slices.Contains(policy.Presets(), name) {
			continue
		}
		if err := config.CheckPolicy(name, trees); err != nil {
			return err
		}
	}
	return nil
}

// worstOutcome is the outcome of all policies over all goods; empty without a policy.
func worstOutcome(asked []report.AskedPolicy) policy.Outcome {
	worst := policy.Outcome("")
	for _, one := range asked {
		for outcome := range one.Outcomes {
			worst = policy.Worse(worst, outcome)
		}
	}
	return worst
}
