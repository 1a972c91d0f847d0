// SPDX-License-Identifier: Apache-2.0

package filewatcher

import "syscall"

// remote reports whether the folder is on a file system that does not tell of all
// changes: those that another machine, or the program behind it, makes. It is false
// if that cannot be known.
func remote(dir string) bool {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return false
	}
	return silent(uint32(s.Type))
}

// silent knows the file systems by the numbers of statfs(2).
func silent(magic uint32) bool {
	switch magic {
	case 0x00006969, // NFS
		0x0000517b, 0xff534d42, 0xfe534d42, // SMB, CIFS, SMB2
		0x65735546,             // FUSE
		0x01021997,             // 9P
		0x00c36400,             // Ceph
		0x0bd00bd0,             // Lustre
		0x47504653,             // GPFS
		0x5346414f, 0x6b414653, // AFS
		0x73757245,             // Coda
		0x786f4256,             // VirtualBox shared folders
		0xbacbacbc,             // VMware shared folders
		0x00009fa0, 0x62656572: // proc and sysfs
		return true
	default:
		return false
	}
}
