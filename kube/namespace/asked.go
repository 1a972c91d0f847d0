// SPDX-License-Identifier: Apache-2.0

package namespace

import "github.com/krtkit/krtkit/util/sets"

// Objects of a namespace may be seen before the namespace is, and after it was deleted
// or even made anew: informers do not wait for each other. What the filter said about
// such objects may become wrong without any change of a namespace that it knows. So it
// keeps in mind what it said about namespaces that it does not know, and announces the
// ones about which it says something else now.

// answer is what the filter said about a namespace, once or more often.
type answer uint8

const (
	shown answer = 1 << iota
	hidden
)

func answerOf(selected bool) answer {
	if selected {
		return shown
	}
	return hidden
}

// askedMax is how many namespaces that do not exist are kept in mind, in addition to as
// many as exist.
const askedMax = 1000

// announces reports whether changes of what the filter says about the namespace are
// announced without being asked for. The caller holds mu.
func (f *filter) announces(name string) bool {
	return f.over || f.settled && f.members.knows(name)
}

// selectsAndRemembers answers and keeps in mind what it said.
func (f *filter) selectsAndRemembers(name string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	selected := f.members.selects(name)
	if !f.announces(name) {
		f.remember(name, selected)
	}
	return selected
}

// remember keeps an answer in mind. When these are many, everybody is told to ask
// again, and they are forgotten: those that still matter come back. The caller holds
// mu.
func (f *filter) remember(name string, selected bool) {
	if f.over {
		return
	}
	f.asked[name] |= answerOf(selected)
	if !f.settled || len(f.asked) <= askedMax+len(f.members.namespaces) {
		return
	}
	now, notNow := sets.New[string](), sets.New[string]()
	for name := range f.asked {
		if f.members.selects(name) {
			now.Insert(name)
		} else {
			notNow.Insert(name)
		}
	}
	clear(f.asked)
	f.announce(now, notNow)
}

// correct adds the namespaces about which the filter said something else than it says
// now, to those that are to be announced. The caller holds mu and announces them.
func (f *filter) correct(selected, deselected sets.String) {
	for name, said := range f.asked {
		now := f.members.selects(name)
		if said == answerOf(now) {
			continue
		}
		if now {
			selected.Insert(name)
		} else {
			deselected.Insert(name)
		}
		f.asked[name] = answerOf(now)
	}
}
