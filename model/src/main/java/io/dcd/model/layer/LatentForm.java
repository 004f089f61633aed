package io.dcd.model.layer;

/** What happens between Q and P. */
public enum LatentForm {
    /** u = BN2(Φ·z) + z with z = BN1(Qᵀx): the authors' published code, which no equation of the paper shows. */
    REFERENCE,
    /** u = Φ·Qᵀx: the paper's equations to the letter. */
    PLAIN
}
