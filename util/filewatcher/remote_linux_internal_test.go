// SPDX-License-Identifier: Apache-2.0

//go:build linux

package filewatcher

import (
	"os"
	"testing"
)

func TestRemote_knowsFileSystemsThatAreSilent(t *testing.T) {
	if _, err := os.Stat("/proc/self"); err != nil {
		t.Skip("there is no /proc")
	}
	if !remote("/proc/self") {
		t.Error("remote(/proc/self) = false; proc tells of no changes")
	}
	if remote("/nowhere/at/all") {
		t.Error("remote of a folder that is not there = true")
	}
	for name, magic := range map[string]uint32{"ext": 0xef53, "xfs": 0x58465342, "tmpfs": 0x01021994, "overlayfs": 0x794c7630} {
		if silent(magic) {
			t.Errorf("%s is taken for a file system that does not tell of changes", name)
		}
	}
}
