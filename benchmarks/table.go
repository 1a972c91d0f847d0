// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"unicode/utf8"
)

// unit says what a number counts.
type unit string

const (
	nanoseconds unit = "ns"
	bytes       unit = "B"
	count       unit = ""
	times       unit = "×"
	percent     unit = "%"
)

// format returns a number with as many digits as mean something.
func (u unit) format(v float64) string {
	switch u {
	case nanoseconds:
		return scaled(v, 1000, "ns", "µs", "ms", "s")
	case bytes:
		return scaled(v, 1024, "B", "KiB", "MiB", "GiB")
	case times:
		return digits(v) + "×"
	case percent:
		return digits(v) + " %"
	default:
		return digits(v)
	}
}

func scaled(v, step float64, names ...string) string {
	i := 0
	for ; math.Abs(v) >= step && i < len(names)-1; i++ {
		v /= step
	}
	return digits(v) + " " + names[i]
}

// digits returns a number with three digits or, if it is larger, all of them.
func digits(v float64) string {
	decimals := 0
	if a := math.Abs(v); a < 100 && a != math.Trunc(a) {
		decimals = 1
		if a < 10 {
			decimals = 2
		}
	}
	s := fmt.Sprintf("%.*f", decimals, v)
	if whole, fraction, _ := strings.Cut(s, "."); fraction == "" && len(whole) > 4 {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
		return whole
	}
	return s
}

// printTable prints the lines as a Markdown table with a column for each contender.
func printTable(w io.Writer, rows []row, lines []line) error {
	contenders := []string{ours, theirs}
	for _, l := range lines {
		for _, name := range slices.Sorted(maps.Keys(l.Values)) {
			if !slices.Contains(contenders, name) {
				contenders = append(contenders, name)
			}
		}
	}
	cells := [][]string{slices.Concat([]string{"", "", ours, theirs, "Istio / krtkit", "target", ""}, contenders[2:])}
	missed := 0
	for _, l := range lines {
		c := []string{l.Row, l.What}
		for _, name := range contenders[:2] {
			c = append(c, valueOf(l, name))
		}
		ratio, verdict := "", ""
		if r, ok := l.Ratios[theirs]; ok && l.Unit != times {
			ratio = times.format(r)
		}
		if l.Target != "" {
			verdict = "met"
		}
		if l.Missed {
			verdict = "MISS"
			missed++
		}
		c = append(c, ratio, l.Target, verdict)
		for _, name := range contenders[2:] {
			v := valueOf(l, name)
			if r, ok := l.Ratios[name]; ok && l.Unit != times {
				v += ", " + times.format(r)
			}
			c = append(c, v)
		}
		cells = append(cells, c)
	}
	if err := printCells(w, cells); err != nil {
		return err
	}
	for _, r := range rows {
		for _, l := range lines {
			if l.Row == r.id && l.Note != "" {
				if _, err := fmt.Fprintf(w, "\n%s, %s: %s", l.Row, l.What, l.Note); err != nil {
					return err
				}
			}
		}
	}
	verdict := "Nothing was judged."
	if n := targets(lines); n > 0 {
		verdict = fmt.Sprintf("%d of %d targets missed.", missed, n)
	}
	_, err := fmt.Fprintf(w, "\n\n%s, %d processors, GOMAXPROCS %d. %s\n", runtime.Version(), runtime.NumCPU(), runtime.GOMAXPROCS(0), verdict)
	return err
}

func targets(lines []line) int {
	n := 0
	for _, l := range lines {
		if l.Target != "" {
			n++
		}
	}
	return n
}

func valueOf(l line, contender string) string {
	if v, ok := l.Values[contender]; ok {
		return l.Unit.format(v)
	}
	return ""
}

func printCells(w io.Writer, cells [][]string) error {
	widths := make([]int, len(cells[0]))
	for _, row := range cells {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c))
		}
	}
	for n, row := range cells {
		var b strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c))
			if i < 2 || i == 6 {
				b.WriteString("| " + c + pad + " ")
			} else {
				b.WriteString("| " + pad + c + " ")
			}
		}
		b.WriteString("|\n")
		if n == 0 {
			for i, width := range widths {
				if i < 2 || i == 6 {
					b.WriteString("|" + strings.Repeat("-", width+2))
				} else {
					b.WriteString("|" + strings.Repeat("-", width+1) + ":")
				}
			}
			b.WriteString("|\n")
		}
		if _, err := io.WriteString(w, b.String()); err != nil {
			return err
		}
	}
	return nil
}
