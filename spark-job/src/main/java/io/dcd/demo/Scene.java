package io.dcd.demo;

import io.dcd.data.CounterRandom;
import java.util.List;
import java.util.Optional;

/** A lit surface, perhaps with an object on it, perhaps half hidden behind something near the lens. */
final class Scene {
    /** What lies under the objects: the surfaces that are classes themselves, so that an object is told by its outline alone, and one that is none. */
    private static final List<Texture> GROUNDS = List.of(
            Texture::bricks, Texture::planks, Texture::weave, Texture::pebbles, Texture::ripples, Texture::haze);

    private static final double SHARE_WITH_OBSTACLE = 0.2;
    /** Step of the finite differences that give a relief's slope, in features. */
    private static final double SLOPE_STEP = 0.04;

    private final Texture texture;
    private final long textureSeed;
    private final View ground;
    private final Palette groundPalette;
    private final Optional<Thing> thing;
    private final Light light;
    private final Optional<Obstacle> obstacle;

    private Scene(Texture texture, Palette groundPalette, Optional<Thing> thing, CounterRandom random) {
        this.texture = texture;
        this.textureSeed = random.nextLong();
        this.ground = View.ofSurface(random);
        this.groundPalette = groundPalette;
        this.light = Light.random(random);
        this.thing = thing;
        this.obstacle =
                random.nextDouble() < SHARE_WITH_OBSTACLE ? Optional.of(Obstacle.random(random)) : Optional.empty();
    }

    /** @param hue of the surface, about */
    static Scene ofSurface(Texture texture, double hue, CounterRandom random) {
        Palette palette = Palette.around(hue, random, random.nextDouble(0.35, 1));
        return new Scene(texture, palette, Optional.empty(), random);
    }

    /** @param hue of the object, about */
    static Scene ofObject(Shape shape, double hue, CounterRandom random) {
        Texture ground = GROUNDS.get(random.nextInt(GROUNDS.size()));
        Palette palette = Palette.any(random, random.nextDouble(0.15, 0.7));
        return new Scene(ground, palette, Optional.of(Thing.random(shape, hue, random)), random);
    }

    /** Writes the colour seen at a place of the picture (see {@link View}) into {@code rgb}: red, green, blue, about 0 … 1. */
    void colour(double x, double y, float[] rgb) {
        if (obstacle.isPresent() && obstacle.get().hides(x, y)) {
            obstacle.get().palette().shade(Noise.smooth(textureSeed, x * 2, y * 2), light.at(x, y, 0, 0), rgb);
        } else if (thing.isPresent() && thing.get().covers(x, y)) {
            thing.get().colour(x, y, light, rgb);
        } else {
            colourOfGround(x, y, rgb);
        }
    }

    private void colourOfGround(double x, double y, float[] rgb) {
        double u = ground.u(x, y);
        double v = ground.v(x, y);
        double height = texture.at(textureSeed, u, v);
        double slopeU = (texture.at(textureSeed, u + SLOPE_STEP, v) - height) / SLOPE_STEP;
        double slopeV = (texture.at(textureSeed, u, v + SLOPE_STEP) - height) / SLOPE_STEP;
        double shadow = thing.isPresent() ? thing.get().shadow(x, y, light) : 1;
        groundPalette.shade(height, shadow * light.at(x, y, 0.25 * slopeU, 0.25 * slopeV), rgb);
    }

    /** Light from one side over ambient light, brighter towards one edge of the picture. */
    record Light(double x, double y, double ambient, double gradientX, double gradientY) {
        static Light random(CounterRandom random) {
            double angle = random.nextDouble(0, 2 * Math.PI);
            return new Light(
                    Math.cos(angle),
                    Math.sin(angle),
                    random.nextDouble(0.45, 0.9),
                    random.nextDouble(-0.3, 0.3),
                    random.nextDouble(-0.3, 0.3));
        }

        /** Brightness of a place whose surface rises with these slopes; 0.15 and more. */
        double at(double px, double py, double slopeX, double slopeY) {
            double facing = (1 - x * slopeX - y * slopeY) / Math.sqrt(1 + slopeX * slopeX + slopeY * slopeY);
            double level = 1 + gradientX * px + gradientY * py;
            return Math.max(0.15, level * (ambient + (1 - ambient) * facing));
        }
    }

    /** An object with rounded edges, on the ground. */
    record Thing(Shape shape, View view, Palette palette, long seed, double bevel, double gloss) {
        /** Width of the irregularities of an outline, in the shape's unit. */
        private static final double WOBBLE = 0.07;

        static Thing random(Shape shape, double hue, CounterRandom random) {
            return new Thing(
                    shape,
                    View.ofObject(random),
                    Palette.around(hue, random, random.nextDouble(0.1, 0.5)),
                    random.nextLong(),
                    random.nextDouble(0.1, 0.7),
                    random.nextDouble(0, 0.5));
        }

        boolean covers(double x, double y) {
            return distance(view.u(x, y), view.v(x, y)) < 0;
        }

        /** 1 in full light, less where the object stands in the way. */
        double shadow(double x, double y, Light light) {
            double offset = 0.12 / view.scale();
            double distance = distance(
                    view.u(x - offset * light.x(), y - offset * light.y()),
                    view.v(x - offset * light.x(), y - offset * light.y()));
            return Noise.mix(Noise.step(-0.15, 0.1, distance), 0.55, 1);
        }

        void colour(double x, double y, Light light, float[] rgb) {
            double u = view.u(x, y);
            double v = view.v(x, y);
            double height = height(u, v);
            double slopeU = (height(u + SLOPE_STEP, v) - height) / SLOPE_STEP;
            double slopeV = (height(u, v + SLOPE_STEP) - height) / SLOPE_STEP;
            double brightness = light.at(x, y, slopeU, slopeV);
            double shine = gloss * Math.pow(Math.min(1, brightness), 12);
            palette.shade(Noise.fractal(seed, u * 3, v * 3), brightness, rgb);
            for (int channel = 0; channel < rgb.length; channel++) {
                rgb[channel] += (float) shine;
            }
        }

        private double height(double u, double v) {
            double depth = Math.min(1, Math.max(0, -distance(u, v) / bevel));
            return bevel * Math.sqrt(1 - (1 - depth) * (1 - depth));
        }

        private double distance(double u, double v) {
            return shape.distance(u, v) + WOBBLE * (Noise.smooth(seed, u * 2.5, v * 2.5) - 0.5);
        }
    }

    /** Something near the lens that hides one side of the picture. */
    record Obstacle(double x, double y, double from, Palette palette) {
        static Obstacle random(CounterRandom random) {
            double angle = random.nextDouble(0, 2 * Math.PI);
            return new Obstacle(
                    Math.cos(angle), Math.sin(angle), random.nextDouble(0.45, 0.9), Palette.any(random, 0.2));
        }

        boolean hides(double px, double py) {
            return x * px + y * py > from + 0.05 * Math.sin(9 * (x * py - y * px));
        }
    }
}
