#!/bin/sh
# Makes shapes.dll.gz and shapes.pdb.gz of the sources beside it, with clang, llc and lld-link: sh build.sh
# Intermediate code is compiled by llc, since clang writes its own path and arguments into the object files.
set -e
cd "$(dirname "$0")"
for name in shapes places; do
  clang --target=x86_64-pc-windows-msvc -O1 -g -gcodeview -fno-rtti -fno-exceptions -ffile-compilation-dir=. \
    -S -emit-llvm $name.cpp -o - | sed 's/"[A-Za-z ]*clang version [^"]*"/"clang"/' |
    llc -filetype=obj -o $name.obj
done
lld-link /dll /noentry /debug /brepro '/pdbaltpath:C:\build\shapes.pdb' '/pdbsourcepath:C:\build' \
  /out:shapes.dll /pdb:shapes.pdb shapes.obj places.obj
gzip -9 -n -f shapes.dll shapes.pdb
rm shapes.lib shapes.obj places.obj
