# cmake -DPAGES=folder -DOUTPUT=file.cpp -P embed.cmake
# Writes a C++ file that holds every file of PAGES and the table assets.cpp looks them up in.
cmake_minimum_required(VERSION 3.25)

set(type_html "text/html; charset=utf-8")
set(type_js "text/javascript; charset=utf-8")
set(type_css "text/css; charset=utf-8")
set(type_svg "image/svg+xml")
set(type_png "image/png")
set(type_json "application/json")

file(GLOB_RECURSE files RELATIVE "${PAGES}" LIST_DIRECTORIES false "${PAGES}/*")
list(SORT files)
if(NOT "index.html" IN_LIST files)
  message(FATAL_ERROR "${PAGES} holds no index.html")
endif()

set(data "")
set(declarations "")
set(table "")
set(number 0)
foreach(file IN LISTS files)
  set(symbol "troupe_web_asset_${number}")
  math(EXPR number "${number} + 1")
  get_filename_component(extension "${file}" LAST_EXT)
  string(SUBSTRING "${extension}." 1 -1 extension)
  string(REPLACE "." "" extension "${extension}")
  if(NOT DEFINED type_${extension})
    message(FATAL_ERROR "No content type is known for ${file}: add it to web/embed.cmake")
  endif()
  file(SHA256 "${PAGES}/${file}" hash)
  string(SUBSTRING "${hash}" 0 32 hash)
  file(SIZE "${PAGES}/${file}" size_bytes)
  # The bundler puts a hash of the content into the names below assets/, and only there.
  set(immutable false)
  if(file MATCHES "^assets/")
    set(immutable true)
  endif()
  string(APPEND data
    "asm(R\"(.pushsection .rodata\n.globl ${symbol}\n.hidden ${symbol}\n${symbol}:\n"
    ".incbin \"${PAGES}/${file}\"\n.popsection)\");\n")
  string(APPEND declarations "extern \"C\" const char ${symbol}[];\n")
  string(APPEND table
    "    {\"/${file}\", \"${type_${extension}}\", \"\\\"${hash}\\\"\", {${symbol}, ${size_bytes}}, "
    "${immutable}},\n")
endforeach()

file(WRITE "${OUTPUT}" "// Written by web/embed.cmake.
#include \"web/embedded_assets.hpp\"

${data}
${declarations}
namespace troupe::web {
namespace {

constexpr asset table[] = {
${table}};

}  // namespace

std::span<const asset> embedded_assets() noexcept { return table; }

}  // namespace troupe::web
")
