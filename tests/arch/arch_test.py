#!/usr/bin/env python3
"""Breaks each rule once in a made-up tree, then checks the real one."""

import os
import sys
import tempfile
import unittest

import rules

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BEGIN = "// What it is.\n#pragma once\n"


class RulesBite(unittest.TestCase):
    def violations_of(self, files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as file:
                    file.write(text)
                folder = os.path.join(root, os.path.dirname(path), "README.md")
                with open(folder, "a", encoding="utf-8"):
                    pass
            return rules.violations(root)

    def expect(self, path, text, sentence):
        found = self.violations_of({path: text})
        self.assertEqual(len(found), 1, found)
        self.assertIn(sentence, found[0])

    def expect_include_refused(self, path, include, sentence):
        self.expect(path, BEGIN + f"#include {include}\n", sentence)

    def test_a_file_that_keeps_all_rules_is_left_alone(self):
        text = BEGIN + '#include "actors/domain/units.hpp"\n#include <vector>\n#include <caf/all.hpp>\n'
        self.assertEqual(self.violations_of({"actors/protocol/messages.hpp": text}), [])

    def test_layer_0_folders_never_know_each_other(self):
        self.expect_include_refused("actors/domain/a.hpp", '"shm/mailslot/slot.hpp"', "must not know shm/mailslot")
        self.expect_include_refused("gateways/nbd/a.hpp", '"actors/domain/units.hpp"', "must not know actors/domain")
        self.expect_include_refused("shm/mailslot/a.hpp", '"actors/domain/units.hpp"', "must not know actors/domain")

    def test_the_data_path_knows_no_actor(self):
        self.expect_include_refused("gateways/engine/a.hpp", "<caf/all.hpp>", "must not know caf")
        self.expect_include_refused("gateways/engine/a.hpp", "<nlohmann/json.hpp>", "must not know nlohmann")
        self.expect_include_refused("gateways/engine/a.hpp", '"gateways/control/link.hpp"', "must not know")

    def test_the_domain_knows_the_standard_library_only(self):
        self.expect_include_refused("actors/domain/a.hpp", "<unistd.h>", "must not know system")
        self.expect_include_refused("actors/domain/a.hpp", "<boost/any.hpp>", "must not know boost")

    def test_a_role_knows_no_other_role_and_no_transport(self):
        self.expect_include_refused("actors/sla_core/a.hpp", '"actors/database_manager/x.hpp"', "must not know")
        self.expect_include_refused("actors/sla_core/a.hpp", '"shm/transport/transport.hpp"', "must not know")

    def test_the_transport_knows_no_sla_message(self):
        self.expect_include_refused("shm/transport/a.hpp", '"actors/protocol/messages.hpp"', "no SLA message")

    def test_the_simulator_meets_the_loop_in_one_file(self):
        text = '#include "actors/domain/loop.hpp"\n'
        self.expect("tests/sim/run/a.hpp", BEGIN + text, "meets the core's loop in one file")
        self.assertEqual(self.violations_of({rules.DRIVES_THE_LOOP[0]: "// What it is.\n" + text}), [])

    def test_the_simulator_knows_no_actor(self):
        self.expect_include_refused("tests/sim/model/a.hpp", "<caf/all.hpp>", "must not know caf")

    def test_main_files_may_join_everything(self):
        text = BEGIN + '#include "shm/transport/transport.hpp"\n#include "actors/sla_core/core.hpp"\n'
        self.assertEqual(self.violations_of({"actors/sla_core/main.cpp": text}), [])

    def test_options_that_know_the_transport_are_for_main_files(self):
        config = BEGIN + f'#include "{rules.SERVER_CONFIG}"\n'
        files = {rules.SERVER_CONFIG: BEGIN + '#include "shm/transport/transport.hpp"\n',
                 "actors/sla_core/core_config.hpp": config}
        self.assertEqual(self.violations_of(files), [])
        files["actors/sla_core/core.hpp"] = BEGIN + '#include "actors/sla_core/core_config.hpp"\n'
        self.assertEqual(len(self.violations_of(files)), 1)
        self.expect("actors/sla_core/core.hpp", config, "for main.cpp files")

    def test_an_unknown_folder_has_to_be_entered(self):
        self.expect_include_refused("actors/new/a.hpp", '"actors/domain/units.hpp"', "not in FOLDERS")

    def test_project_includes_are_written_from_the_root(self):
        self.expect_include_refused("actors/domain/a.hpp", '"units.hpp"', "from the root")

    def test_nothing_below_layer_2_reads_a_clock_or_draws_a_number(self):
        self.expect("actors/domain/a.cpp", BEGIN + "auto x = std::chrono::steady_clock::now();\n", "steady_clock")
        self.expect("gateways/throttle/a.cpp", BEGIN + "std::random_device x;\n", "random_device")
        self.expect("gateways/stats/a.cpp", BEGIN + "::clock_gettime(CLOCK_MONOTONIC, &x);\n", "clock_gettime")

    def test_an_exception_is_for_its_file_alone(self):
        include = "#include <boost/beast/http.hpp>\n"
        self.assertEqual(self.violations_of({"actors/application_server/http/server.cpp": BEGIN + include}), [])
        self.expect("actors/application_server/http/route.cpp", BEGIN + include, "must not know boost")

    def test_shared_memory_holds_no_lock(self):
        self.expect_include_refused("shm/mailslot/layout.hpp", "<mutex>", "plain values and atomics")
        self.expect("shm/mailslot/a.cpp", BEGIN + "#include <boost/interprocess/sync/file_lock.hpp>\n", "a lock of Boost")

    def test_a_file_is_one_idea_with_a_sentence_a_name_and_no_left_over(self):
        self.expect("actors/domain/a.hpp", BEGIN + "\n" * 400, "has 402 lines")
        self.expect("actors/domain/a.hpp", "#pragma once\n", "does not begin with a sentence")
        self.expect("actors/domain/a.hpp", "// What it is.\n", "no #pragma once")
        self.expect("actors/domain/string_utils.hpp", BEGIN, "says nothing")
        self.expect("actors/domain/a.hpp", BEGIN + "// TO" + "DO\n", "left-over")

    def test_a_folder_has_its_design_or_a_line_in_that_above(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "actors/role/part"))
            with open(os.path.join(root, "actors/role/part/a.hpp"), "w", encoding="utf-8") as file:
                file.write(BEGIN)
            self.assertEqual(len(rules.violations(root)), 1)
            with open(os.path.join(root, "actors/role/README.md"), "w", encoding="utf-8") as file:
                file.write("`part/` is a part")
            self.assertEqual(rules.violations(root), [])


class TheTree(unittest.TestCase):
    def test_keeps_the_rules(self):
        self.assertGreater(len(rules.sources(ROOT)), 100, "the sources were not found")
        found = rules.violations(ROOT)
        if found:
            self.fail("\n  " + "\n  ".join(found))

    def test_has_every_folder_and_exception_that_the_rules_name(self):
        for path in (*rules.FOLDERS, *rules.CLOCKS, *rules.LIBRARIES, rules.LAYOUT, rules.SERVER_CONFIG):
            self.assertTrue(os.path.exists(os.path.join(ROOT, path)), path + " is gone: tidy tests/arch/rules.py")


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
