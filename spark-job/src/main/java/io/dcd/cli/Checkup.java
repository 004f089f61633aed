package io.dcd.cli;

import io.dcd.doctor.Doctor;
import io.dcd.doctor.Finding;
import java.io.PrintWriter;
import java.util.List;

/** The examination before a job: warnings are printed, the first refusal ends the command. */
final class Checkup {
    private final PrintWriter err;

    Checkup(PrintWriter err) {
        this.err = err;
    }

    void heed(List<Finding> findings) {
        findings.stream()
                .filter(finding -> finding.level() == Finding.Level.WARNING)
                .forEach(finding -> err.println("warning: " + finding.subject() + ": " + finding.message()));
        Doctor.refuse(findings);
    }
}
