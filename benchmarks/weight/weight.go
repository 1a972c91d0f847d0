// SPDX-License-Identifier: Apache-2.0

package weight

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// Imports returns how many packages a package consists of, itself and the standard library included, and how many modules
// they are from, the standard library left out.
func Imports(ctx context.Context, pkg string) (packages, modules int, err error) {
	out, err := run(ctx, nil, "list", "-deps", "-f", "{{.ImportPath}} {{with .Module}}{{.Path}}{{end}}", pkg)
	if err != nil {
		return 0, 0, err
	}
	seen := map[string]bool{}
	for line := range strings.Lines(out) {
		packages++
		if _, module, _ := strings.Cut(strings.TrimSpace(line), " "); module != "" {
			seen[module] = true
		}
	}
	return packages, len(seen), nil
}

// Build returns the size of a program in bytes, without symbols and debugging information. The first time it takes minutes.
func Build(ctx context.Context, pkg string) (size int64, err error) {
	size, _, err = build(ctx, pkg, false)
	return size, err
}

// ColdBuild returns how long it takes to build a program of which nothing has been compiled, nor of the standard
// library.
func ColdBuild(ctx context.Context, pkg string) (took time.Duration, err error) {
	_, took, err = build(ctx, pkg, true)
	return took, err
}

func build(ctx context.Context, pkg string, cold bool) (size int64, took time.Duration, err error) {
	dir, err := os.MkdirTemp("", "weight")
	if err != nil {
		return 0, 0, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	var env []string
	if cold {
		env = []string{"GOCACHE=" + filepath.Join(dir, "cache")}
	}
	program := filepath.Join(dir, "program")
	begin := time.Now()
	if _, err := run(ctx, env, "build", "-trimpath", "-ldflags=-s -w", "-o", program, pkg); err != nil {
		return 0, 0, err
	}
	took = time.Since(begin)
	info, err := os.Stat(program)
	if err != nil {
		return 0, 0, err
	}
	return info.Size(), took, nil
}

// run returns what the go command prints. The environment is that of the process and what is given.
func run(ctx context.Context, env []string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	if env != nil {
		cmd.Env = append(cmd.Environ(), env...)
	}
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, said.String())
	}
	return string(out), nil
}
