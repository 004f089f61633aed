package io.dcd.model.network;

import static io.dcd.model.network.OptionText.check;
import static io.dcd.model.network.OptionText.lower;

import io.dcd.model.layer.LatentForm;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The paper's ablations. A name carries them behind a colon: {@code mobilenetv2-x0.5-dcd:attention=false,blocks=4}.
 *
 * @param places where the network is dynamic; the network's own choice if empty
 * @param attention Λ(x)
 * @param fusion Φ(x)
 * @param blocks B of the convolutions
 * @param rule for L
 * @param latent L itself, if the rule is not to give it; L² must not exceed C
 * @param multiplier on L
 * @param form of the latent path
 * @param reduction r of the branch's first layer; the network's own if empty
 * @param pooling p of the branch's input; the network's own if empty
 * @param joint whether k×k convolutions fuse channels and kernel elements jointly (equation 9), else channels alone
 * @param elements L_k of joint fusion and of depthwise convolutions; ⌊k²/2⌋ if empty
 */
record DcdOptions(
        Optional<Set<Place>> places,
        boolean attention,
        boolean fusion,
        int blocks,
        LatentRule rule,
        OptionalInt latent,
        double multiplier,
        LatentForm form,
        OptionalInt reduction,
        OptionalInt pooling,
        boolean joint,
        OptionalInt elements) {
    /** What may stand behind the colon. */
    static final List<NetworkOption> ALL = List.of(
            new NetworkOption("places", "some of dw+pw+cls", "where it is dynamic: depthwise, pointwise, classifier"),
            new NetworkOption("attention", "true or false; true", "channel attention Λ (equation 6)"),
            new NetworkOption("fusion", "true or false; true", "channel fusion Φ (equation 5)"),
            new NetworkOption(
                    "blocks", "a divisor of all channels; 1", "diagonal blocks B of the residual (equation 7)"),
            new NetworkOption(
                    "latent",
                    "reference, halving, power or a number; reference",
                    "the rule for L, or L itself with L² ≤ C"),
            new NetworkOption("multiplier", "0 < m ≤ 1; 1", "on L (table 2)"),
            new NetworkOption("form", "reference or plain; reference", "batch norms and skip between Q and P, or none"),
            new NetworkOption("reduction", "≥ 1; 16, below ×1.0 8", "r of the branch's first layer"),
            new NetworkOption("pooling", "1 or 2", "positions in each direction that the branch sees"),
            new NetworkOption(
                    "joint", "true or false; false", "k×k layers fuse channels and kernel elements (equation 9)"),
            new NetworkOption(
                    "elements", "1 … k²; ⌊k²/2⌋", "latent kernel elements L_k of joint and depthwise layers"));

    /** The paper's choices. */
    static final DcdOptions DEFAULT = parse("");

    private static final int MOST = 1 << 16;

    DcdOptions {
        check(attention || fusion, "attention and fusion cannot both be false");
        check(multiplier > 0 && multiplier <= 1, "multiplier must lie in 0 < multiplier ≤ 1, got %s", multiplier);
        check(fusion || !joint, "joint=true needs Φ: leave out fusion=false");
        check(!joint || blocks == 1, "joint fusion has one block, got blocks=%d", blocks);
        places = places.map(set -> Collections.unmodifiableSet(EnumSet.copyOf(set)));
    }

    /** Reads {@code key=value,key=value}. */
    static DcdOptions parse(String text) {
        OptionText options = OptionText.parse(text, ALL);
        Optional<String> latent = options.text("latent");
        boolean number = latent.isPresent() && latent.get().matches("-?\\d+");
        return new DcdOptions(
                options.text("places").map(DcdOptions::places),
                options.truth("attention", true),
                options.truth("fusion", true),
                options.integer("blocks", 1, MOST).orElse(1),
                number ? LatentRule.REFERENCE : options.choice("latent", LatentRule.class, LatentRule.REFERENCE),
                number ? options.integer("latent", 1, MOST) : OptionalInt.empty(),
                options.number("multiplier", 1),
                options.choice("form", LatentForm.class, LatentForm.REFERENCE),
                options.integer("reduction", 1, MOST),
                options.integer("pooling", 1, 2),
                options.truth("joint", false),
                options.integer("elements", 1, MOST));
    }

    private static Set<Place> places(String value) {
        EnumSet<Place> set = EnumSet.noneOf(Place.class);
        for (String each : value.split("\\+", -1)) {
            set.add(OptionText.one("places", each, List.of(Place.values()), Place::abbreviation));
        }
        return set;
    }

    /** The options that differ from the paper's, as {@link #parse} reads them; empty if none does. */
    @Override
    public String toString() {
        return OptionText.write(values(), DEFAULT.values());
    }

    private Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        places.ifPresent(set ->
                values.put("places", set.stream().map(Place::abbreviation).collect(Collectors.joining("+"))));
        values.put("attention", String.valueOf(attention));
        values.put("fusion", String.valueOf(fusion));
        values.put("blocks", String.valueOf(blocks));
        values.put("latent", latent.isPresent() ? String.valueOf(latent.getAsInt()) : lower(rule));
        values.put("multiplier", String.valueOf(multiplier));
        values.put("form", lower(form));
        reduction.ifPresent(value -> values.put("reduction", String.valueOf(value)));
        pooling.ifPresent(value -> values.put("pooling", String.valueOf(value)));
        values.put("joint", String.valueOf(joint));
        elements.ifPresent(value -> values.put("elements", String.valueOf(value)));
        return values;
    }
}
